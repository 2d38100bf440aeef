-- Device keys, approval, revocation, and requests that were already made.

-- A device speaks with its own key. One that was enrolled with a token has none, and must be enrolled anew.
alter table tahsil.devices
  drop column token_hash,
  add column public_key text unique check (public_key ~ '^[A-Za-z0-9_-]{43}$'),
  add column seal_key text check (seal_key ~ '^[A-Za-z0-9_-]{43}$'),
  add column code_id bigint references tahsil.enrolment_codes,
  add column commitment text,
  add column server_nonce text,
  add column short_string text check (short_string ~ '^\d{6}$'),
  add column confirmed_at timestamptz,
  add column approved_at timestamptz,
  add column revoked_why text,
  -- two different records carried the same number of its journal
  add column is_forked boolean not null default false,
  add constraint devices_approved_is_confirmed check (approved_at is null or confirmed_at is not null),
  add constraint devices_key_is_whole check (
    public_key is null or (seal_key is not null and commitment is not null and server_nonce is not null));

-- What a device showed at enrolment never changes; its key is what its records are checked with.
create function tahsil.guard_device() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'devices are never deleted' using errcode = 'restrict_violation';
  end if;
  if new.device_id <> old.device_id or new.slot_id <> old.slot_id or new.incarnation <> old.incarnation
     or new.public_key is distinct from old.public_key or new.seal_key is distinct from old.seal_key
     or (old.revoked_at is not null and new.revoked_at is null) then
    raise exception 'who a device is never changes' using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger devices_kept before update or delete on tahsil.devices
  for each row execute function tahsil.guard_device();

-- Requests that were made, for as long as their signature is fresh. Not logged: after a crash only requests of the last minutes
-- could be made once more.
create unlogged table tahsil.request_nonces (
  device_id text not null,
  nonce text not null,
  at_ms bigint not null,
  primary key (device_id, nonce)
);
