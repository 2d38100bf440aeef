-- Remainders, reversals, decisions of people, and looking again after a restore.

alter table tahsil.payments
  -- How much of it goes to DIGIT; null = not decided yet, which means all of it.
  add column post_paise bigint check (post_paise > 0 and post_paise <= amount_paise),
  -- How it met a bill that had changed: part, advance or split.
  add column settled_as text check (settled_as in ('part', 'advance', 'split')),
  -- A supervisor said that it may be posted on the bill of now.
  add column is_decided boolean not null default false,
  -- What is to be undone in DIGIT, and how that stands.
  add column reversal jsonb,
  -- Looked at again after a restore: where it goes back to when DIGIT does not hold it.
  add column probe_reason text,
  -- In its state since.
  add column state_since timestamptz not null default clock_timestamp(),
  -- A person explained it by evidence outside: it waits for nobody.
  add column explained_at timestamptz;
update tahsil.payments set state_since = changed_at;

drop index tahsil.payments_live;
create index payments_live on tahsil.payments (next_at)
  where state in ('RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE', 'POSTED', 'REVERSING');
create index payments_waiting on tahsil.payments (tenant_id, seq)
  where state in ('SUSPENSE', 'POISON', 'QUARANTINE', 'REVERSING', 'UNKNOWN', 'HOLD');

-- The part of a payment that DIGIT could not take: the citizen's money, held until a supervisor decides.
create table tahsil.remainders (
  payment_id uuid primary key references tahsil.payments,
  seq bigint generated always as identity,
  slot_id uuid not null,
  tenant_id text not null,
  amount_paise bigint not null check (amount_paise > 0),
  reason text not null,
  owner text not null default 'supervisor',
  at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null,
  state text not null default 'HELD' check (state in ('HELD', 'SETTLED')),
  settled_at timestamptz
);
create index remainders_held on tahsil.remainders (tenant_id, seq) where state = 'HELD';

-- Committed before each call that may undo money in DIGIT.
create table tahsil.reversal_attempts (
  payment_id uuid not null references tahsil.payments,
  n integer not null,
  digit_payment_id text not null,
  action text not null check (action in ('CANCEL', 'DISHONOUR')),
  at timestamptz not null default clock_timestamp(),
  primary key (payment_id, n)
);

-- What people decided. stage asked: a second person must agree.
create table tahsil.decisions (
  decision_id bigint generated always as identity primary key,
  tenant_id text not null,
  subject_kind text not null check (subject_kind in ('payment', 'remainder', 'record')),
  subject_id text not null,
  act text not null check (act in ('look-again', 'post-to-bill', 'refund', 'mark', 'reverse')),
  stage text not null check (stage in ('asked', 'done')),
  -- The first person's row, when two were needed.
  agrees_with bigint references tahsil.decisions,
  operator_id text not null,
  device_id text not null,
  why text not null,
  state_before text not null,
  state_after text not null,
  at timestamptz not null default clock_timestamp()
);
create index decisions_of on tahsil.decisions (subject_kind, subject_id, decision_id desc);
create index decisions_lately on tahsil.decisions (tenant_id, at);

-- What a restored database believed, so that the difference to the truth can be told.
create table tahsil.restore_looks (
  look_id bigint generated always as identity primary key,
  restored_at timestamptz not null,
  payment_id uuid not null,
  state_before text not null,
  reason_before text
);
create index restore_looks_at on tahsil.restore_looks (restored_at);

do $$
declare
  t text;
begin
  foreach t in array array['reversal_attempts', 'decisions', 'restore_looks'] loop
    execute format('create trigger %I before update or delete on tahsil.%I
                    for each row execute function tahsil.refuse_change()', t || '_kept', t);
    execute format('create trigger %I before truncate on tahsil.%I
                    for each statement execute function tahsil.refuse_change()', t || '_whole', t);
  end loop;
end;
$$;

create function tahsil.guard_remainder() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'remainders are never deleted' using errcode = 'restrict_violation';
  end if;
  if new.payment_id <> old.payment_id or new.amount_paise <> old.amount_paise or old.state = 'SETTLED' then
    raise exception 'a remainder is settled once and never changed' using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger remainders_kept before update or delete on tahsil.remainders
  for each row execute function tahsil.guard_remainder();

create function tahsil.setting_number(p_key text, p_standard double precision) returns double precision
language sql stable as $$
  select coalesce((select (s.value #>> '{}')::double precision from tahsil.settings s where s.key = p_key), p_standard)
$$;

-- When a supervisor should have decided about what waits since then.
create function tahsil.due_at(p_since timestamptz) returns timestamptz language sql stable as $$
  select p_since + make_interval(secs => tahsil.setting_number('decision-days', 7) * 86400)
$$;

-- One change of one payment: state, trail, feed position, remainder, next job. false when it has moved on meanwhile.
create or replace function tahsil.move_payment(
  p_id uuid, p_from text, p_attempts integer, p_to text, p_reason text, p_note text, p_patch jsonb,
  p_run_in_ms double precision, p_attempt jsonb
) returns boolean language plpgsql as $$
declare
  v_old tahsil.payments%rowtype;
  v_cursor bigint;
  v_is_step boolean;
  v_held bigint := (p_patch->>'heldPaise')::bigint;
  v_next timestamptz := clock_timestamp() + make_interval(secs => coalesce(p_run_in_ms, 0) / 1000.0);
begin
  select * into v_old from tahsil.payments where id = p_id for update;
  if not found or v_old.state <> p_from or v_old.attempt_count <> p_attempts then return false; end if;
  v_is_step := v_old.state <> p_to or v_old.reason is distinct from p_reason or v_old.last_note <> p_note;

  if v_is_step then
    update tahsil.slots set last_cursor = tahsil.feed_floor(last_cursor) + 1 where slot_id = v_old.slot_id returning last_cursor into v_cursor;
    insert into tahsil.payment_steps (payment_id, state, reason, note) values (p_id, p_to, p_reason, p_note);
  end if;
  if p_attempt ? 'action' then
    insert into tahsil.reversal_attempts (payment_id, n, digit_payment_id, action)
    values (p_id, v_old.attempt_count + 1, p_attempt->>'digitPaymentId', p_attempt->>'action');
  elsif p_attempt is not null then
    insert into tahsil.payment_attempts (payment_id, n, bill_id, amount_paise)
    values (p_id, v_old.attempt_count + 1, p_attempt->>'billId', (p_attempt->>'amountPaise')::bigint);
  end if;
  if v_held > 0 then
    insert into tahsil.remainders (payment_id, slot_id, tenant_id, amount_paise, reason, due_at)
    values (p_id, v_old.slot_id, v_old.tenant_id, v_held, coalesce(p_reason, 'BILL_LOWER'),
      tahsil.due_at(clock_timestamp()))
    on conflict (payment_id) do nothing;
  end if;

  update tahsil.payments set
    state = p_to,
    reason = p_reason,
    last_note = p_note,
    changed_at = clock_timestamp(),
    state_since = case when v_old.state = p_to then state_since else clock_timestamp() end,
    explained_at = case when v_old.state = p_to then explained_at end,
    cursor = coalesce(v_cursor, cursor),
    bill_id = coalesce(p_patch->>'billId', bill_id),
    post_paise = case when p_patch ? 'postPaise' then (p_patch->>'postPaise')::bigint else post_paise end,
    settled_as = case when p_patch ? 'settledAs' then p_patch->>'settledAs' else settled_as end,
    is_decided = coalesce((p_patch->>'isDecided')::boolean, is_decided),
    reversal = case when p_patch ? 'reversal' then nullif(p_patch->'reversal', 'null'::jsonb) else reversal end,
    probe_reason = case when p_patch ? 'probeReason' then p_patch->>'probeReason' else probe_reason end,
    digit_receipt_number = coalesce(p_patch->>'digitReceiptNumber', digit_receipt_number),
    digit_payment_id = coalesce(p_patch->>'digitPaymentId', digit_payment_id),
    posted_at_ms = coalesce((p_patch->>'postedAtMs')::bigint, posted_at_ms),
    balance_paise = coalesce((p_patch->>'balancePaise')::bigint, balance_paise),
    last_refusal = case when p_patch ? 'lastRefusal' then nullif(p_patch->'lastRefusal', 'null'::jsonb) else last_refusal end,
    lag_since = case when p_patch ? 'lagSinceMs'
      then to_timestamp((p_patch->>'lagSinceMs')::double precision / 1000.0) else lag_since end,
    posted_since = case when p_to = 'POSTED' then coalesce(posted_since, clock_timestamp()) else posted_since end,
    attempt_count = attempt_count + case when p_attempt is null then 0 else 1 end,
    last_attempt_at = case when p_attempt is null then last_attempt_at else clock_timestamp() end,
    wait_count = case when p_run_in_ms is not null then wait_count + 1
                      when p_to in ('POSTED', 'CONFIRMED') or p_patch ? 'billId' then 0 else wait_count end,
    next_at = v_next
  where id = p_id;

  if p_run_in_ms is not null then
    perform graphile_worker.add_job('post-payment', json_build_object('id', p_id), run_at => v_next,
      max_attempts => 3, job_key => 'post:' || p_id);
  end if;
  return true;
end;
$$;

-- For a database that came back from a backup: nothing is posted while requests of the lost hours may still run, and what
-- was given up is looked up in DIGIT once more. Posting goes on by itself when the hold is over. Returns how many are looked up.
create function tahsil.reprobe_after_restore() returns integer language plpgsql as $$
declare
  v_fence_ms double precision := tahsil.setting_number('fence-ms', 600000);
  v_hold_ms bigint := (extract(epoch from clock_timestamp()) * 1000 + v_fence_ms)::bigint;
  v_now timestamptz := clock_timestamp();
  v_count integer := 0;
  v_payment record;
begin
  insert into tahsil.settings (key, value) values ('posting-hold-until', to_jsonb(v_hold_ms))
  on conflict (key) do update
    set value = to_jsonb(greatest((tahsil.settings.value #>> '{}')::bigint, v_hold_ms)), changed_at = clock_timestamp();
  insert into tahsil.settings (key, value) values ('restored-at', to_jsonb(extract(epoch from v_now)))
  on conflict (key) do update set value = excluded.value, changed_at = clock_timestamp();

  -- Tills may have heard in the lost hours of what this database does not know: they are told again how it stands here.
  perform 1 from tahsil.slots s order by s.slot_id for update;
  with told as (
    update tahsil.payments p set cursor = t.cursor
    from (
      select o.id, tahsil.feed_floor(s.last_cursor) + row_number() over (partition by o.slot_id order by o.cursor) as cursor
      from tahsil.payments o join tahsil.slots s using (slot_id) where o.received_at > v_now - interval '90 days'
    ) t
    where p.id = t.id returning p.slot_id, p.cursor
  )
  update tahsil.slots s set last_cursor = t.cursor
  from (select slot_id, max(cursor) as cursor from told group by slot_id) t where s.slot_id = t.slot_id;

  insert into tahsil.restore_looks (restored_at, payment_id, state_before, reason_before)
  select v_now, p.id, p.state, p.reason from tahsil.payments p where p.state not in ('CONFIRMED', 'REVERSED');

  for v_payment in
    select p.id, p.attempt_count, p.reason from tahsil.payments p
    where p.state = 'SUSPENSE' and p.explained_at is null order by p.seq
  loop
    perform tahsil.move_payment(v_payment.id, 'SUSPENSE', v_payment.attempt_count, 'UNKNOWN', null,
      'looked up again after a restore', jsonb_build_object('probeReason', v_payment.reason), v_fence_ms, null);
    v_count := v_count + 1;
  end loop;
  return v_count;
end;
$$;
