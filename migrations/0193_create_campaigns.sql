-- +goose Up

-- Sales activities (营销活动, CUS-17).
CREATE TABLE campaigns (
    id              uuid PRIMARY KEY,
    number          text NOT NULL CONSTRAINT campaigns_number UNIQUE,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    kind            text NOT NULL CHECK (kind IN ('exhibition', 'promotion', 'visit_campaign')),
    state           text NOT NULL CONSTRAINT campaigns_state CHECK (state IN ('draft', 'submitted', 'approved', 'running', 'closed', 'cancelled')),
    owner_id        uuid NOT NULL REFERENCES users, -- who plans it and answers for it
    starts_on       date NOT NULL,
    ends_on         date NOT NULL,
    place           text NOT NULL,
    plan            text NOT NULL,
    budget          numeric(18, 2) NOT NULL CONSTRAINT campaigns_budget CHECK (budget >= 0),
    currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    approval_id     uuid, -- the last request of the matter campaign.plan
    returned_reason text NOT NULL,
    started_at      timestamptz,
    cost            numeric(18, 2) CONSTRAINT campaigns_cost CHECK (cost >= 0),
    result          text NOT NULL,
    closed_at       timestamptz,
    cancel_reason   text NOT NULL,
    created_by      uuid,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    version         bigint NOT NULL CHECK (version > 0),
    CONSTRAINT campaigns_dates CHECK (starts_on <= ends_on),
    -- CUS-17: nothing is carried out that wasn't approved, and nothing closed without cost and result
    CONSTRAINT campaigns_approved_first CHECK (state NOT IN ('submitted', 'approved', 'running', 'closed') OR approval_id IS NOT NULL),
    CONSTRAINT campaigns_started CHECK (state NOT IN ('running', 'closed') OR started_at IS NOT NULL),
    CONSTRAINT campaigns_closed_with_result CHECK ((state = 'closed') = (closed_at IS NOT NULL) AND (state <> 'closed' OR cost IS NOT NULL AND trim(result) <> '')),
    CONSTRAINT campaigns_cancelled_has_reason CHECK (state <> 'cancelled' OR trim(cancel_reason) <> '')
);
CREATE INDEX campaigns_owner ON campaigns (owner_id, id DESC);
CREATE INDEX campaigns_dates_idx ON campaigns (starts_on);

-- Who takes part: they see the campaign and bring leads.
CREATE TABLE campaign_people (
    campaign_id uuid NOT NULL REFERENCES campaigns,
    user_id     uuid NOT NULL CONSTRAINT campaign_people_user REFERENCES users,
    PRIMARY KEY (campaign_id, user_id)
);
CREATE INDEX campaign_people_user_idx ON campaign_people (user_id, campaign_id);

-- What came of it. A prospect, an opportunity or a customer came from one campaign.
CREATE TABLE campaign_leads (
    id             uuid PRIMARY KEY,
    campaign_id    uuid NOT NULL REFERENCES campaigns,
    prospect_id    uuid CONSTRAINT campaign_leads_prospect UNIQUE REFERENCES prospects,
    opportunity_id uuid CONSTRAINT campaign_leads_opportunity UNIQUE REFERENCES opportunities,
    customer_id    uuid CONSTRAINT campaign_leads_customer UNIQUE REFERENCES customers,
    note           text NOT NULL,
    linked_by      uuid,
    linked_at      timestamptz NOT NULL,
    CONSTRAINT campaign_leads_one CHECK (num_nonnulls(prospect_id, opportunity_id, customer_id) = 1)
);
CREATE INDEX campaign_leads_campaign ON campaign_leads (campaign_id, id);

-- +goose Down
DROP TABLE campaign_leads, campaign_people, campaigns;
