-- What the floor of one claim writes into.
CREATE TABLE token (digest text PRIMARY KEY, invitation uuid NOT NULL);
CREATE TABLE claim (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    invitation uuid NOT NULL,
    requirement text NOT NULL,
    availability text NOT NULL,
    statement text NOT NULL,
    evidence_url text NOT NULL,
    submitted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON claim (invitation, requirement);
-- What the floor of many claims writes into: all that the product's table of claims
-- has of columns, keys and checks, because what has to be kept is the same.
CREATE TABLE requirement (id uuid PRIMARY KEY, ref varchar(80) NOT NULL UNIQUE);
CREATE TABLE candidate (id uuid PRIMARY KEY);
CREATE TABLE answer (
    id uuid PRIMARY KEY,
    candidate_id uuid NOT NULL REFERENCES candidate DEFERRABLE INITIALLY DEFERRED,
    requirement_id uuid NOT NULL REFERENCES requirement DEFERRABLE INITIALLY DEFERRED,
    revision integer NOT NULL CHECK (revision >= 0),
    requirement_revision integer NOT NULL CHECK (requirement_revision >= 0),
    availability varchar(10) NOT NULL
        CHECK (availability IN ('now', 'beta', 'planned', 'on_request', 'never')),
    available_from date CHECK (availability <> 'planned' OR available_from IS NOT NULL),
    environments jsonb NOT NULL,
    statement text NOT NULL,
    evidence_url varchar(2000) NOT NULL,
    submitted_at timestamptz NOT NULL,
    by_vendor boolean NOT NULL,
    noted_by_id uuid,
    submitted_by varchar(200) NOT NULL,
    superseded_at timestamptz,
    UNIQUE (candidate_id, requirement_id, revision)
);
CREATE UNIQUE INDEX ON answer (candidate_id, requirement_id)
    WHERE superseded_at IS NULL;
CREATE INDEX ON answer (candidate_id);
CREATE INDEX ON answer (requirement_id);
CREATE INDEX ON answer (noted_by_id);
