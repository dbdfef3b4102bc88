-- +goose Up
-- A request to change base prices, with its data (PRC-05, PRC-06).
CREATE TABLE price_requests (
    id          uuid PRIMARY KEY,
    number      text NOT NULL CONSTRAINT price_requests_number UNIQUE,
    state       text NOT NULL CHECK (state IN ('open', 'taken', 'granted', 'declined', 'withdrawn')),
    side        text NOT NULL CHECK (side IN ('sales', 'production', 'finance')),
    reason_kind text NOT NULL CHECK (reason_kind IN ('market', 'market_plan', 'true_cost')),
    reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    figures     text NOT NULL CHECK (length(figures) BETWEEN 1 AND 4000),
    list_id     uuid REFERENCES base_price_lists,
    answer      text NOT NULL CHECK (length(answer) <= 1000),
    answered_at timestamptz,
    answered_by uuid,
    created_at  timestamptz NOT NULL,
    created_by  uuid NOT NULL REFERENCES users,
    version     bigint NOT NULL,
    CONSTRAINT price_requests_list CHECK ((state IN ('taken', 'granted')) = (list_id IS NOT NULL)),
    CONSTRAINT price_requests_answer CHECK (state <> 'declined' OR answer <> '')
);
CREATE INDEX price_requests_created ON price_requests (created_at DESC, id DESC);
CREATE INDEX price_requests_author ON price_requests (created_by, created_at DESC, id DESC);
CREATE INDEX price_requests_list_id ON price_requests (list_id) WHERE list_id IS NOT NULL;

CREATE TABLE price_request_lines (
    request_id   uuid NOT NULL REFERENCES price_requests,
    product_id   uuid NOT NULL CONSTRAINT price_request_lines_product REFERENCES products,
    direction    text NOT NULL CHECK (direction IN ('up', 'down', 'review')),
    base_price   numeric(18, 4), -- when it was asked; null: had none
    wanted_price numeric(18, 4) CHECK (wanted_price > 0),
    wanted_floor numeric(18, 4) CHECK (wanted_floor > 0),
    market_price numeric(18, 4) CHECK (market_price > 0),
    note         text NOT NULL CHECK (length(note) <= 500),
    PRIMARY KEY (request_id, product_id),
    CONSTRAINT price_request_lines_floor CHECK (wanted_floor IS NULL OR (wanted_price IS NOT NULL AND wanted_floor <= wanted_price))
);
CREATE INDEX price_request_lines_product_id ON price_request_lines (product_id);

-- The quarterly review of all base prices (PRC-08). What was found is frozen; each item is answered once.
CREATE TABLE price_reviews (
    id        uuid PRIMARY KEY,
    number    text NOT NULL CONSTRAINT price_reviews_number UNIQUE,
    quarter   date NOT NULL CONSTRAINT price_reviews_quarter UNIQUE,
    state     text NOT NULL CHECK (state IN ('open', 'closed')),
    opened_at timestamptz NOT NULL,
    due_on    date NOT NULL,
    closed_at timestamptz,
    products  bigint NOT NULL CHECK (products >= 0),
    version   bigint NOT NULL,
    CONSTRAINT price_reviews_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE TABLE price_review_items (
    review_id   uuid NOT NULL REFERENCES price_reviews,
    product_id  uuid NOT NULL REFERENCES products,
    price       numeric(18, 4) NOT NULL,
    floor_price numeric(18, 4),
    priced_at   timestamptz NOT NULL,
    volume      numeric(18, 4) NOT NULL CHECK (volume >= 0), -- shipped in the 12 months before
    answer      text CHECK (answer IN ('confirmed', 'changed')),
    answered_at timestamptz,
    answered_by uuid,
    list_id     uuid REFERENCES base_price_lists, -- that changed it
    PRIMARY KEY (review_id, product_id),
    CONSTRAINT price_review_items_answer CHECK ((answer IS NULL) = (answered_at IS NULL) AND (coalesce(answer, '') = 'changed') = (list_id IS NOT NULL))
);
CREATE INDEX price_review_items_open ON price_review_items (review_id, product_id) WHERE answer IS NULL;

-- +goose Down
DROP TABLE price_review_items, price_reviews, price_request_lines, price_requests;
