-- Bill packs as prepared and signed.
-- A route is a named list of connections that one collector walks. A pack is what DIGIT said about them, in parts.
create table tahsil.routes (
  tenant_id text not null,
  route_id text not null check (route_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  name text not null check (length(name) between 1 and 128),
  -- Never goes back, so that two packs of a route never carry one version.
  last_version bigint not null default 0,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, route_id)
);

create table tahsil.route_consumers (
  tenant_id text not null,
  route_id text not null,
  place integer not null check (place >= 0),
  business_service text not null,
  consumer_code text not null,
  primary key (tenant_id, route_id, place),
  unique (tenant_id, route_id, business_service, consumer_code),
  foreign key (tenant_id, route_id) references tahsil.routes on delete cascade
);

create table tahsil.packs (
  pack_id uuid primary key default gen_random_uuid(),
  tenant_id text not null,
  route_id text not null,
  version bigint not null,
  state text not null check (state in ('preparing', 'ready')),
  -- Connections asked so far: where a run goes on after a crash.
  next_place integer not null default 0,
  skipped_count integer not null default 0,
  -- Runs in a row that did not get through to DIGIT.
  failure_count integer not null default 0,
  last_problem text,
  begun_at timestamptz not null default clock_timestamp(),
  touched_at timestamptz not null default clock_timestamp(),
  bill_count integer,
  chunk_count integer,
  prepared_at_ms bigint,
  -- The signed text as every till gets it.
  manifest jsonb,
  unique (tenant_id, route_id, version),
  foreign key (tenant_id, route_id) references tahsil.routes on delete cascade,
  check ((state = 'ready') = (manifest is not null)),
  check ((state = 'ready') = (prepared_at_ms is not null and bill_count is not null and chunk_count is not null))
);
create unique index packs_one_preparing on tahsil.packs (tenant_id, route_id) where state = 'preparing';

create table tahsil.pack_chunks (
  pack_id uuid not null references tahsil.packs on delete cascade,
  place integer not null,
  bill_count integer not null check (bill_count between 1 and 500),
  read_at_ms bigint not null,
  sha256 text not null,
  content bytea not null,
  primary key (pack_id, place)
);
