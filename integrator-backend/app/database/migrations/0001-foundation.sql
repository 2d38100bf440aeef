-- Devices, operators, payments and the trail of every payment. Money is paise, `_at` columns are the database's clock.

create table tahsil.settings (
  key text primary key,
  value jsonb not null,
  changed_at timestamptz not null default clock_timestamp()
);

create sequence tahsil.device_numbers as bigint minvalue 1;

-- A place where a till stands. Its code is never reused; each enrolment is a new life of the slot (incarnation).
create table tahsil.slots (
  slot_id uuid primary key default gen_random_uuid(),
  tenant_id text not null,
  name text not null,
  device_code text not null unique,
  life_count integer not null default 0,
  last_cursor bigint not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  unique (tenant_id, name)
);

create table tahsil.devices (
  device_id text primary key,
  slot_id uuid not null references tahsil.slots,
  incarnation text not null,
  token_hash bytea not null unique,
  enrolled_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz,
  max_seq bigint not null default 0,
  unique (slot_id, incarnation)
);

create table tahsil.enrolment_codes (
  code_id bigint generated always as identity primary key,
  selector text not null,
  secret_hash bytea not null,
  tenant_id text not null,
  slot_name text,
  tries_left integer not null check (tries_left >= 0),
  is_reusable boolean not null default false,
  made_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create unique index enrolment_codes_open on tahsil.enrolment_codes (selector) where used_at is null;

create table tahsil.operators (
  operator_id text primary key,
  tenant_id text not null,
  code text not null,
  name text not null,
  role text not null check (role in ('collector', 'cashier', 'supervisor')),
  pin_salt text not null,
  pin_hash text not null,
  pin_cost integer not null,
  pin_block_size integer not null,
  pin_parallelization integer not null,
  failure_count integer not null default 0,
  wait_until timestamptz,
  is_locked boolean not null default false,
  is_active boolean not null default true,
  unique (tenant_id, code)
);

create table tahsil.payments (
  id uuid primary key,
  seq bigint generated always as identity,
  slot_id uuid not null references tahsil.slots,
  tenant_id text not null,
  device_id text not null,
  device_seq bigint not null,
  collection_id uuid not null,
  shift_id uuid not null,
  operator_id text not null,
  business_service text not null,
  consumer_code text not null,
  mode text not null,
  amount_paise bigint not null,
  receipt_number text not null,
  collected_at_ms bigint not null,
  content text not null,
  content_hash bytea not null,
  received_at timestamptz not null default clock_timestamp(),

  state text not null default 'RECEIVED',
  reason text,
  bill_id text not null,
  attempt_count integer not null default 0,
  last_attempt_at timestamptz,
  last_refusal jsonb,
  lag_since timestamptz,
  wait_count integer not null default 0,
  next_at timestamptz not null default clock_timestamp(),
  last_note text not null default '',
  changed_at timestamptz not null default clock_timestamp(),
  posted_since timestamptz,
  posted_at_ms bigint,
  digit_receipt_number text,
  digit_payment_id text,
  balance_paise bigint,
  cursor bigint not null
);
create index payments_feed on tahsil.payments (slot_id, cursor);
create index payments_sequence on tahsil.payments (device_id, device_seq);
create index payments_receipt on tahsil.payments (tenant_id, receipt_number);
create index payments_consumer on tahsil.payments (tenant_id, consumer_code, business_service, seq);
create index payments_live on tahsil.payments (next_at)
  where state in ('RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE', 'POSTED');

-- The trail: one row per change after the first (RECEIVED is the payment's own row), never altered.
create table tahsil.payment_steps (
  step_id bigint generated always as identity primary key,
  payment_id uuid not null,
  state text not null,
  reason text,
  note text not null,
  at timestamptz not null default clock_timestamp()
);
create index payment_steps_of on tahsil.payment_steps (payment_id, step_id);

-- Committed before each call that may move money (R3).
create table tahsil.payment_attempts (
  payment_id uuid not null references tahsil.payments,
  n integer not null,
  bill_id text not null,
  amount_paise bigint not null,
  at timestamptz not null default clock_timestamp(),
  primary key (payment_id, n)
);

-- Records that could not be read: money may have been taken, a person repairs them.
create table tahsil.poison_records (
  poison_id bigint generated always as identity primary key,
  device_id text not null,
  claimed_id text,
  reason text not null,
  content text not null,
  content_hash bytea not null,
  at timestamptz not null default clock_timestamp(),
  unique (device_id, content_hash)
);

-- The same payment id with other content: both are kept, the first stands.
create table tahsil.payment_forks (
  payment_id uuid not null references tahsil.payments,
  content_hash bytea not null,
  device_id text not null,
  content text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (payment_id, content_hash)
);

-- What the sequence of a device should never show.
create table tahsil.device_findings (
  finding_id bigint generated always as identity primary key,
  device_id text not null,
  kind text not null check (kind in ('gap', 'fork', 'receipt-twice')),
  payment_id uuid not null,
  from_seq bigint not null,
  to_seq bigint not null,
  at timestamptz not null default clock_timestamp(),
  unique (payment_id, kind, from_seq)
);

create table tahsil.security_events (
  event_id bigint generated always as identity primary key,
  kind text not null,
  subject text not null,
  device_id text,
  at timestamptz not null default clock_timestamp()
);

create function tahsil.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
end;
$$;

do $$
declare
  t text;
begin
  foreach t in array array['payment_steps', 'payment_attempts', 'poison_records', 'payment_forks',
                           'device_findings', 'security_events'] loop
    execute format('create trigger %I before update or delete on tahsil.%I
                    for each row execute function tahsil.refuse_change()', t || '_kept', t);
    execute format('create trigger %I before truncate on tahsil.%I
                    for each statement execute function tahsil.refuse_change()', t || '_whole', t);
  end loop;
end;
$$;

-- A payment is never deleted, and what the terminal sent never changes.
create function tahsil.guard_payment() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'payments are never deleted' using errcode = 'restrict_violation';
  end if;
  if new.content is distinct from old.content or new.content_hash is distinct from old.content_hash
     or new.id is distinct from old.id or new.amount_paise is distinct from old.amount_paise
     or new.received_at is distinct from old.received_at then
    raise exception 'what a terminal sent is never changed' using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger payments_kept before update or delete on tahsil.payments
  for each row execute function tahsil.guard_payment();
