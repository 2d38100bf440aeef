-- What was carried here by hand from dying terminals: each once.

create table tahsil.rescues (
  -- SHA-256 of the sealed text, hex
  sealed_hash text primary key check (sealed_hash ~ '^[0-9a-f]{64}$'),
  device_id text not null,
  from_seq bigint not null,
  to_seq bigint not null,
  -- what of it was not known before
  fresh_records bigint not null,
  at timestamptz not null default clock_timestamp()
);
create trigger rescues_kept before update or delete on tahsil.rescues
  for each row execute function tahsil.refuse_change();
