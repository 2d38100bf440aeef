-- Limits and operators' secrets.

-- A PIN made before there was a pepper stays what it is until its operator gets a new one.
alter table tahsil.operators
  add column pin_kind text not null default 'plain' check (pin_kind in ('plain', 'peppered'));

alter table tahsil.operators drop constraint if exists operators_role_check;
alter table tahsil.operators
  add constraint operators_role_check check (role in ('collector', 'cashier', 'supervisor', 'kiosk'));
