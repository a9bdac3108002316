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
