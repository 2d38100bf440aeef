-- The chip and stripe cards that name an operator at a till. Of a card only an HMAC is kept, under the municipality's pepper, which is not
-- in this database: what is here names nobody's card.

create table tahsil.operator_badges (
  tenant_id text not null,
  badge_hash text not null check (badge_hash ~ '^[0-9a-f]{64}$'),
  operator_id text not null references tahsil.operators,
  given_at timestamptz not null default clock_timestamp(),
  -- A badge names one person of its municipality.
  primary key (tenant_id, badge_hash)
);
create index operator_badges_of on tahsil.operator_badges (operator_id);
