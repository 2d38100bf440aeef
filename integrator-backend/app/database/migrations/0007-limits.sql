-- Limits and operators' secrets.

-- A PIN made before there was a pepper stays what it is until its operator gets a new one.
alter table tahsil.operators
  add column pin_kind text not null default 'plain' check (pin_kind in ('plain', 'peppered'));

alter table tahsil.operators drop constraint if exists operators_role_check;
alter table tahsil.operators
  add constraint operators_role_check check (role in ('collector', 'cashier', 'supervisor', 'kiosk'));

-- What the office allows a till to hold (contract/limits.ts). The newest row counts; earlier ones tell what was set when.
-- slot_id null: every device of the municipality that has none of its own. limits null: from here on none of its own.
create table tahsil.limit_settings (
  setting_id bigint generated always as identity primary key,
  tenant_id text not null,
  slot_id uuid references tahsil.slots,
  limits jsonb,
  set_at timestamptz not null default clock_timestamp()
);
create index limit_settings_newest on tahsil.limit_settings (tenant_id, slot_id, setting_id desc);
