-- The journals of all tills as they were handed over: exact bodies, signatures, heads; and the lives of this database.

-- A life of this database. A till that holds our signed word about records we do not have proves that an older backup was put in.
create table tahsil.epochs (
  epoch_id bigint generated always as identity primary key,
  epoch text not null unique default gen_random_uuid()::text,
  why text not null,
  -- The epoch of the ack that proved it, so that a thousand tills with the same proof begin one life and not a thousand.
  proved_by text unique,
  at timestamptz not null default clock_timestamp()
);
insert into tahsil.epochs (why) values ('first start');

create function tahsil.current_epoch() returns text language sql stable as $$
  select epoch from tahsil.epochs order by epoch_id desc limit 1
$$;

-- One row per life of a device; its lock puts the appends of one device in order.
create table tahsil.journal_heads (
  device_id text primary key references tahsil.devices,
  upto bigint not null default 0,
  hash text not null default repeat('0', 64),
  is_signed boolean not null default false,
  turnover_paise bigint not null default 0,
  payment_count bigint not null default 0,
  changed_at timestamptz not null default clock_timestamp()
);

create table tahsil.journal_records (
  device_id text not null,
  seq bigint not null,
  body text not null,
  signature text,
  hash text not null,
  received_at timestamptz not null default clock_timestamp(),
  primary key (device_id, seq)
);

-- Records that cannot be in the journal: another content under a number that is taken, or a signature that does not fit.
create table tahsil.journal_forks (
  device_id text not null,
  seq bigint not null,
  hash text not null,
  body text not null,
  signature text,
  why text not null check (why in ('fork', 'bad-signature')),
  at timestamptz not null default clock_timestamp(),
  primary key (device_id, seq, hash)
);

-- Every word that was given, so that an auditor can hold it against the till's.
create table tahsil.acks (
  device_id text not null,
  upto bigint not null,
  head text not null,
  epoch text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (device_id, upto, epoch)
);

do $$
declare
  t text;
begin
  foreach t in array array['epochs', 'journal_records', 'journal_forks', 'acks'] loop
    execute format('create trigger %I before update or delete on tahsil.%I
                    for each row execute function tahsil.refuse_change()', t || '_kept', t);
    execute format('create trigger %I before truncate on tahsil.%I
                    for each statement execute function tahsil.refuse_change()', t || '_whole', t);
  end loop;
end;
$$;

-- A head never goes back.
create function tahsil.guard_head() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'heads are never deleted' using errcode = 'restrict_violation';
  end if;
  if new.upto < old.upto or (new.upto = old.upto and new.hash <> old.hash) or new.turnover_paise < old.turnover_paise then
    raise exception 'a head never goes back' using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger journal_heads_kept before update or delete on tahsil.journal_heads
  for each row execute function tahsil.guard_head();

alter table tahsil.device_findings drop constraint device_findings_kind_check;
alter table tahsil.device_findings add constraint device_findings_kind_check check (kind in (
  'gap', 'fork', 'receipt-twice', 'receipt-gap', 'sequence-fork', 'bad-signature', 'turnover', 'rolled-back'));
alter table tahsil.device_findings alter column payment_id drop not null;
create unique index device_findings_of_journal on tahsil.device_findings (device_id, kind, from_seq)
  where payment_id is null;

-- The last number of every receipt series (`…/26-27/`), so that a number that never came is found at once.
create table tahsil.receipt_series (
  device_id text not null,
  series text not null,
  last_number bigint not null,
  primary key (device_id, series)
);

create function tahsil.note_finding(p_device text, p_kind text, p_from bigint, p_to bigint) returns void
language sql as $$
  insert into tahsil.device_findings (device_id, kind, payment_id, from_seq, to_seq)
  values (p_device, p_kind, null, p_from, p_to) on conflict do nothing
$$;

-- Numbers of one batch in the order of the journal; a series counts from 1 without gaps. A gap is told, never repaired.
create function tahsil.follow_series(p_device text, p_receipts text[]) returns void language sql as $$
  with read as (
    -- One pattern with groups would take longer than all the rest of an append.
    select left(t.receipt, -length(e.tail)) as series, e.tail, t.place
    from unnest(p_receipts) with ordinality as t(receipt, place),
      lateral (select split_part(t.receipt, '/', -1) as tail) e
    where e.tail ~ '^[0-9]+-.$'
  ), numbered as materialized (
    select series, left(tail, -2)::bigint as number, place from read
    where length(tail) <= 14 and length(series) between 2 and 49
  ), before as (
    select n.*, greatest(coalesce(s.last_number, 0), coalesce(max(n.number) over (
      partition by n.series order by n.place rows between unbounded preceding and 1 preceding), 0)) as last_number
    from numbered n left join tahsil.receipt_series s on s.device_id = p_device and s.series = n.series
  ), told as (
    insert into tahsil.device_findings (device_id, kind, payment_id, from_seq, to_seq)
    select p_device, 'receipt-gap', null, last_number + 1, number - 1 from before where number > last_number + 1
    on conflict do nothing
  )
  insert into tahsil.receipt_series (device_id, series, last_number)
  select p_device, series, max(number) from numbered group by series
  on conflict (device_id, series) do update set last_number = excluded.last_number
    where tahsil.receipt_series.last_number < excluded.last_number
$$;

-- A new life of this database. `p_proved_by` is the epoch of the ack that proved the restore; null: a person said so.
-- Answers the epoch that holds now; the same proof never begins two lives.
create function tahsil.begin_epoch(p_why text, p_proved_by text default null) returns text language plpgsql as $$
begin
  lock table tahsil.epochs in share row exclusive mode;
  if p_proved_by is not null and exists (select 1 from tahsil.epochs where proved_by = p_proved_by) then
    return tahsil.current_epoch();
  end if;
  if p_proved_by is not null and p_proved_by <> tahsil.current_epoch()
     and exists (select 1 from tahsil.epochs where epoch = p_proved_by) then
    return tahsil.current_epoch();
  end if;
  insert into tahsil.epochs (why, proved_by) values (left(p_why, 500), p_proved_by);
  perform tahsil.reprobe_after_restore();
  return tahsil.current_epoch();
end;
$$;

-- The head of a journal, locked until the end of the transaction, with what is known of the place that an append follows.
create function tahsil.lock_head(p_device text, p_after bigint, p_head text) returns table (
  upto bigint, hash text, is_signed boolean, turnover_paise bigint, payment_count bigint, is_forked boolean,
  hash_after text, is_on_fork boolean, epoch text
) language plpgsql as $$
#variable_conflict use_column
begin
  insert into tahsil.journal_heads (device_id) values (p_device) on conflict do nothing;
  return query
    select h.upto, h.hash, h.is_signed, h.turnover_paise, h.payment_count, d.is_forked,
      case when p_after = 0 then repeat('0', 64) when p_after = h.upto then h.hash
        else (select r.hash from tahsil.journal_records r where r.device_id = p_device and r.seq = p_after) end,
      d.is_forked and exists (
        select 1 from tahsil.journal_forks f
        where f.device_id = p_device and f.seq = p_after and f.hash = p_head and f.why = 'fork'),
      tahsil.current_epoch()
    from tahsil.journal_heads h join tahsil.devices d using (device_id) where h.device_id = p_device for update of h;
end;
$$;

-- Records that follow the head, the new head and the word about it: the last write of an append.
create function tahsil.keep_records(
  p_device text, p_after bigint, p_bodies text[], p_signatures text[], p_hashes text[], p_turnover bigint, p_count bigint,
  p_receipts text[], p_epoch text
) returns bigint language plpgsql as $$
declare
  v_upto bigint := p_after + cardinality(p_hashes);
begin
  insert into tahsil.journal_records (device_id, seq, body, signature, hash)
  select p_device, p_after + t.place, t.body, t.signature, t.hash
  from unnest(p_bodies, p_signatures, p_hashes) with ordinality as t(body, signature, hash, place);
  update tahsil.journal_heads set upto = v_upto, hash = p_hashes[cardinality(p_hashes)],
    is_signed = is_signed or p_signatures[cardinality(p_signatures)] is not null,
    turnover_paise = greatest(turnover_paise, p_turnover), payment_count = greatest(payment_count, p_count),
    changed_at = clock_timestamp()
  where device_id = p_device and upto = p_after;
  if not found then raise exception 'the head has moved on' using errcode = 'serialization_failure'; end if;
  insert into tahsil.acks (device_id, upto, head, epoch) values (p_device, v_upto, p_hashes[cardinality(p_hashes)], p_epoch)
  on conflict do nothing;
  if cardinality(p_receipts) > 0 then perform tahsil.follow_series(p_device, p_receipts); end if;
  return (extract(epoch from clock_timestamp()) * 1000)::bigint;
end;
$$;

-- The whole of an append that simply follows the head, in one statement: payments, records, head. null: it does not simply follow,
-- and nothing was done. `p_before_…`: running total and count that must have stood before the first record, by its own word; the
-- parameters from p_ids on are those of accept_payments.
create function tahsil.append_records(
  p_device text, p_after bigint, p_head text, p_bodies text[], p_signatures text[], p_hashes text[],
  p_before_turnover bigint, p_before_count bigint, p_turnover bigint, p_count bigint,
  p_ids uuid[], p_slots uuid[], p_tenants text[], p_devices text[], p_device_seqs bigint[],
  p_collections uuid[], p_shifts uuid[], p_operators text[], p_services text[], p_consumers text[],
  p_modes text[], p_amounts bigint[], p_receipts text[], p_collected bigint[], p_bills text[],
  p_contents text[], p_sent_hashes bytea[]
) returns text language plpgsql as $$
declare
  v_head tahsil.journal_heads%rowtype;
  v_epoch text;
begin
  insert into tahsil.journal_heads (device_id) select p_device
  where not exists (select 1 from tahsil.journal_heads where device_id = p_device) on conflict do nothing;
  select * into v_head from tahsil.journal_heads where device_id = p_device for update;
  if v_head.upto <> p_after or v_head.hash <> p_head
     or v_head.turnover_paise <> p_before_turnover or v_head.payment_count <> p_before_count then return null; end if;
  if cardinality(p_ids) > 0 then
    if exists (
      select 1 from tahsil.accept_payments(p_ids, p_slots, p_tenants, p_devices, p_device_seqs, p_collections, p_shifts,
        p_operators, p_services, p_consumers, p_modes, p_amounts, p_receipts, p_collected, p_bills, p_contents, p_sent_hashes) held
      join unnest(p_ids, p_sent_hashes) sent(id, hash) on sent.id = held.id where sent.hash <> held.held_hash
    ) then
      raise exception 'a payment is held with other content' using errcode = 'TA001';
    end if;
  end if;
  v_epoch := tahsil.current_epoch();
  perform tahsil.keep_records(p_device, p_after, p_bodies, p_signatures, p_hashes, p_turnover, p_count, p_receipts, v_epoch);
  return v_epoch;
end;
$$;

-- Records that cannot go on in the journal, with a finding for people. A fork marks the device.
create function tahsil.keep_forks(
  p_device text, p_after bigint, p_bodies text[], p_signatures text[], p_hashes text[], p_why text
) returns void language plpgsql as $$
begin
  insert into tahsil.journal_forks (device_id, seq, body, signature, hash, why)
  select p_device, p_after + t.place, t.body, t.signature, t.hash, p_why
  from unnest(p_bodies, p_signatures, p_hashes) with ordinality as t(body, signature, hash, place)
  on conflict do nothing;
  perform tahsil.note_finding(p_device, case p_why when 'fork' then 'sequence-fork' else p_why end,
    p_after + 1, p_after + cardinality(p_hashes));
  if p_why = 'fork' then
    update tahsil.devices set is_forked = true where device_id = p_device and not is_forked;
  end if;
end;
$$;

-- Fresh payments that nobody may post before a person has looked.
create function tahsil.quarantine(p_ids uuid[], p_reason text, p_note text) returns void language plpgsql as $$
begin
  perform tahsil.move_payment(p.id, 'RECEIVED', p.attempt_count, 'QUARANTINE', p_reason, p_note, '{}'::jsonb, null, null)
  from tahsil.payments p where p.id = any(p_ids) and p.state = 'RECEIVED' and p.attempt_count = 0;
end;
$$;

-- Tells waiting tills that their feed has moved. Only when a payment moves: taking one in stays free of it.
create function tahsil.tell_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('tahsil_changes', new.slot_id::text);
  return null;
end;
$$;
create trigger payments_told after update of cursor on tahsil.payments
  for each row when (old.cursor is distinct from new.cursor) execute function tahsil.tell_change();
