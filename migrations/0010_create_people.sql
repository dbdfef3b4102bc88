-- +goose Up
CREATE TABLE departments (
    id         uuid PRIMARY KEY,
    code       text NOT NULL CHECK (code ~ '^[A-Z0-9_-]{1,20}$'),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    head_id    uuid,
    active     boolean NOT NULL,
    created_at timestamptz NOT NULL,
    version    bigint NOT NULL
);
CREATE UNIQUE INDEX departments_code ON departments (code);

CREATE TABLE teams (
    id            uuid PRIMARY KEY,
    code          text NOT NULL CHECK (code ~ '^[A-Z0-9_-]{1,20}$'),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    department_id uuid NOT NULL REFERENCES departments,
    leader_id     uuid,
    active        boolean NOT NULL,
    created_at    timestamptz NOT NULL,
    version       bigint NOT NULL,
    UNIQUE (id, department_id)
);
CREATE UNIQUE INDEX teams_code ON teams (code);
CREATE INDEX teams_department ON teams (department_id);
CREATE INDEX teams_leader ON teams (leader_id);

-- token_epoch stands in every access token: raising it ends all tokens of the person at once.
CREATE TABLE users (
    id                   uuid PRIMARY KEY,
    username             text NOT NULL CONSTRAINT users_username_format CHECK (username ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    name                 text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    phone                text NOT NULL CHECK (length(phone) <= 30),
    roles                text[] NOT NULL CONSTRAINT users_roles CHECK (roles <@ ARRAY[
        'sales_rep', 'sales_assistant', 'sales_supervisor', 'sales_manager', 'sales_director', 'finance_clerk',
        'finance_manager', 'production_manager', 'purchasing', 'quality_manager', 'warehouse_keeper', 'gate_guard',
        'price_committee', 'auditor', 'hr', 'general_manager', 'admin']),
    department_id        uuid REFERENCES departments,
    team_id              uuid,
    active               boolean NOT NULL,
    locale               text NOT NULL CHECK (locale IN ('zh-CN', 'en')),
    must_change_password boolean NOT NULL,
    password_hash        text NOT NULL,
    token_epoch          bigint NOT NULL,
    created_at           timestamptz NOT NULL,
    version              bigint NOT NULL,
    CONSTRAINT users_team_needs_department CHECK (team_id IS NULL OR department_id IS NOT NULL),
    CONSTRAINT users_team_in_department FOREIGN KEY (team_id, department_id) REFERENCES teams (id, department_id)
);
CREATE UNIQUE INDEX users_username ON users (username);
CREATE INDEX users_department ON users (department_id);
CREATE INDEX users_team ON users (team_id);
CREATE INDEX users_roles_idx ON users USING gin (roles);

ALTER TABLE departments ADD CONSTRAINT departments_head FOREIGN KEY (head_id) REFERENCES users;
ALTER TABLE teams ADD CONSTRAINT teams_leader_fk FOREIGN KEY (leader_id) REFERENCES users;

-- +goose Down
ALTER TABLE departments DROP CONSTRAINT departments_head;
ALTER TABLE teams DROP CONSTRAINT teams_leader_fk;
DROP TABLE users;
DROP TABLE teams;
DROP TABLE departments;
