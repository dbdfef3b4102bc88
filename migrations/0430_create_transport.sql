-- +goose Up
-- Carriers (承运商), what they ask for freight (SHP-18), how far it is, and which truck fetches a shipping notice's goods (运输通知单, SHP-07).
CREATE TABLE carriers (
    id         uuid PRIMARY KEY,
    code       text NOT NULL CONSTRAINT carriers_code UNIQUE CHECK (length(code) BETWEEN 1 AND 30),
    name       text NOT NULL CONSTRAINT carriers_name UNIQUE CHECK (length(name) BETWEEN 1 AND 120 AND trim(name) = name),
    contact    text NOT NULL CHECK (length(contact) <= 60),
    phone      text NOT NULL CHECK (length(phone) <= 30),
    tax_number text NOT NULL CHECK (length(tax_number) <= 30),
    remarks    text NOT NULL CHECK (length(remarks) <= 1000),
    active     boolean NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version    bigint NOT NULL CHECK (version > 0)
);

-- What a carrier asks: per tonne or per trip, for a route ('' is any place) and a band of distance: above km_above, up to and including km_to.
-- A rate never changes; it ends, or another replaces it from a date.
CREATE TABLE freight_rates (
    id             uuid PRIMARY KEY,
    carrier_id     uuid NOT NULL REFERENCES carriers,
    basis          text NOT NULL CHECK (basis IN ('tonne', 'trip')),
    from_region    text NOT NULL CHECK (length(from_region) <= 60 AND trim(from_region) = from_region),
    to_region      text NOT NULL CHECK (length(to_region) <= 60 AND trim(to_region) = to_region),
    km_above       numeric(8, 1) NOT NULL CHECK (km_above >= 0),
    km_to          numeric(8, 1), -- NULL: however far
    price          numeric(18, 4) NOT NULL CONSTRAINT freight_rates_price CHECK (price > 0), -- tax included
    minimum_charge numeric(18, 2) NOT NULL CHECK (minimum_charge >= 0),
    tax_rate       numeric(5, 4) NOT NULL CHECK (tax_rate >= 0 AND tax_rate < 1),
    valid_from     date NOT NULL,
    valid_until    date,          -- its last day; NULL: until it is ended
    replaces_id    uuid REFERENCES freight_rates,
    reason         text NOT NULL CHECK (length(reason) <= 500),
    created_by     uuid,
    created_at     timestamptz NOT NULL,
    version        bigint NOT NULL CHECK (version > 0),
    CONSTRAINT freight_rates_band CHECK (km_to IS NULL OR km_to > km_above),
    CONSTRAINT freight_rates_days CHECK (valid_until IS NULL OR valid_until >= valid_from),
    -- of one carrier, one rate at most answers for a route, a distance and a day
    CONSTRAINT freight_rates_one EXCLUDE USING gist (carrier_id WITH =, from_region WITH =, to_region WITH =,
        numrange(km_above, km_to, '(]') WITH &&, daterange(valid_from, valid_until, '[]') WITH &&)
);
CREATE INDEX freight_rates_carrier ON freight_rates (carrier_id, id);
CREATE INDEX freight_rates_route ON freight_rates (to_region, valid_from);

-- +goose StatementBegin
CREATE FUNCTION keep_freight_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(OLD) - '{valid_until,version}'::text[]) <> (to_jsonb(NEW) - '{valid_until,version}'::text[]) THEN
        RAISE EXCEPTION 'a freight rate never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'freight_rates_frozen';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER freight_rates_frozen BEFORE UPDATE OR DELETE ON freight_rates FOR EACH ROW EXECUTE FUNCTION keep_freight_rate();

-- How far it is: to a region, or to one delivery address, which names its region too. An address belongs to its customer's record and is
-- written anew with it, so it is no foreign key.
CREATE TABLE freight_distances (
    id          uuid PRIMARY KEY,
    region      text NOT NULL CHECK (length(region) BETWEEN 1 AND 60 AND trim(region) = region),
    address_id  uuid,
    customer_id uuid REFERENCES customers,
    km          numeric(8, 1) NOT NULL CONSTRAINT freight_distances_km CHECK (km > 0),
    updated_by  uuid,
    updated_at  timestamptz NOT NULL,
    version     bigint NOT NULL CHECK (version > 0),
    CONSTRAINT freight_distances_of CHECK ((address_id IS NULL) = (customer_id IS NULL))
);
CREATE UNIQUE INDEX freight_distances_region ON freight_distances (region) WHERE address_id IS NULL;
CREATE UNIQUE INDEX freight_distances_address ON freight_distances (address_id) WHERE address_id IS NOT NULL;

-- Transport notices: a truck that fetches goods of one shipping notice. It belongs to whom the customer belongs to (ORG-06).
CREATE TABLE transport_notices (
    id               uuid PRIMARY KEY,
    number           text NOT NULL CONSTRAINT transport_notices_number UNIQUE,
    notice_id        uuid NOT NULL REFERENCES shipping_notices,
    customer_id      uuid NOT NULL REFERENCES customers,
    state            text NOT NULL CHECK (state IN ('planned', 'loaded', 'done', 'cancelled')),
    paid_by          text NOT NULL CHECK (paid_by IN ('company', 'customer')),
    carrier_id       uuid REFERENCES carriers,
    carrier_name     text NOT NULL CHECK (length(carrier_name) BETWEEN 1 AND 120),
    vehicle          text NOT NULL CHECK (length(vehicle) BETWEEN 1 AND 40),
    vehicle_key      text NOT NULL CHECK (vehicle_key <> ''), -- the plate without what people write differently
    driver           text NOT NULL CHECK (length(driver) BETWEEN 1 AND 60),
    driver_phone     text NOT NULL CHECK (length(driver_phone) <= 30),
    pickup_on        date NOT NULL,
    from_region      text NOT NULL CHECK (length(from_region) <= 60),
    to_region        text NOT NULL CHECK (length(to_region) <= 60),
    km               numeric(8, 1) CHECK (km > 0),
    trip_id          uuid NOT NULL REFERENCES transport_notices, -- the first transport notice of the truck's trip: itself, unless it shares the trip
    remarks          text NOT NULL CHECK (length(remarks) <= 1000),
    state_reason     text NOT NULL CHECK (length(state_reason) <= 500),
    delivery_note_id uuid REFERENCES delivery_notes,
    loaded_at        timestamptz,
    done_at          timestamptz,
    created_by       uuid,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    version          bigint NOT NULL CHECK (version > 0),
    CONSTRAINT transport_notices_carrier CHECK (paid_by = 'customer' OR carrier_id IS NOT NULL),
    CONSTRAINT transport_notices_loaded CHECK ((state IN ('loaded', 'done')) = (delivery_note_id IS NOT NULL)
        AND (delivery_note_id IS NULL) = (loaded_at IS NULL)),
    CONSTRAINT transport_notices_done CHECK ((state = 'done') = (done_at IS NOT NULL)),
    CONSTRAINT transport_notices_reason CHECK (state <> 'cancelled' OR trim(state_reason) <> '')
);
CREATE INDEX transport_notices_notice ON transport_notices (notice_id, id);
CREATE INDEX transport_notices_customer ON transport_notices (customer_id, id);
CREATE INDEX transport_notices_carriers ON transport_notices (carrier_id, id);
CREATE INDEX transport_notices_expected ON transport_notices (pickup_on, id) WHERE state = 'planned';
CREATE INDEX transport_notices_trip ON transport_notices (trip_id);
CREATE UNIQUE INDEX transport_notices_delivery_note ON transport_notices (delivery_note_id) WHERE delivery_note_id IS NOT NULL;

-- What the truck is to fetch. Named by the order's line, which stays what it is when the shipping notice is written anew.
CREATE TABLE transport_notice_lines (
    id                  uuid PRIMARY KEY,
    transport_notice_id uuid NOT NULL REFERENCES transport_notices,
    position_no         int NOT NULL CHECK (position_no > 0),
    order_line_id       uuid NOT NULL,
    product_id          uuid NOT NULL REFERENCES products,
    product_code        text NOT NULL,
    product_name        text NOT NULL,
    unit                text NOT NULL,
    quantity            numeric(18, 4) NOT NULL CONSTRAINT transport_notice_lines_quantity CHECK (quantity > 0),
    CONSTRAINT transport_notice_lines_once UNIQUE (transport_notice_id, order_line_id)
);

-- +goose Down
DROP TABLE transport_notice_lines, transport_notices, freight_distances, freight_rates, carriers;
DROP FUNCTION keep_freight_rate();
