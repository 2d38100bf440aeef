-- The two writes of the money path, each one round trip and one transaction.

-- The feed's position never lags behind the clock: after a restore from a backup new changes still lie after everything
-- that a till has seen.
create function tahsil.feed_floor(p_last bigint) returns bigint language sql volatile as $$
  select greatest(p_last, (extract(epoch from clock_timestamp()) * 1000)::bigint)
$$;

-- Insert if absent, with posting job, feed position and gaps. Rows of one call may be of many devices. Only what must be
-- durable before the till is answered happens here; the job does the rest.
create function tahsil.accept_payments(
  p_ids uuid[], p_slots uuid[], p_tenants text[], p_devices text[], p_device_seqs bigint[],
  p_collections uuid[], p_shifts uuid[], p_operators text[], p_services text[], p_consumers text[],
  p_modes text[], p_amounts bigint[], p_receipts text[], p_collected bigint[], p_bills text[],
  p_contents text[], p_hashes bytea[]
) returns table (id uuid, is_new boolean, held_hash bytea, cursor bigint, received_ms bigint) language plpgsql as $$
#variable_conflict use_column
declare
  v_fresh uuid[];
begin
  -- one order for every caller, so that two calls never wait for each other
  perform 1 from tahsil.slots s where s.slot_id = any(p_slots) order by s.slot_id for update;

  with input as (
    select distinct on (t.id) t.*
    from unnest(p_ids, p_slots, p_tenants, p_devices, p_device_seqs, p_collections, p_shifts, p_operators,
                p_services, p_consumers, p_modes, p_amounts, p_receipts, p_collected, p_bills, p_contents, p_hashes)
      with ordinality
      as t(id, slot_id, tenant_id, device_id, device_seq, collection_id, shift_id, operator_id,
           business_service, consumer_code, mode, amount_paise, receipt_number, collected_at_ms, bill_id,
           content, content_hash, place)
    order by t.id, t.place
  ), floors as materialized (
    select s.slot_id, tahsil.feed_floor(s.last_cursor) as floor from tahsil.slots s where s.slot_id = any(p_slots)
  ), fresh as (
    insert into tahsil.payments (
      id, slot_id, tenant_id, device_id, device_seq, collection_id, shift_id, operator_id, business_service,
      consumer_code, mode, amount_paise, receipt_number, collected_at_ms, bill_id, content, content_hash, cursor)
    select i.id, i.slot_id, i.tenant_id, i.device_id, i.device_seq, i.collection_id, i.shift_id, i.operator_id,
      i.business_service, i.consumer_code, i.mode, i.amount_paise, i.receipt_number, i.collected_at_ms, i.bill_id,
      i.content, i.content_hash, s.floor + row_number() over (partition by i.slot_id order by i.place)
    from input i join floors s on s.slot_id = i.slot_id
    order by i.place
    on conflict (id) do nothing
    returning id, slot_id, cursor, device_id, device_seq
  ), moved as (
    update tahsil.slots s set last_cursor = f.cursor
    from (select slot_id, max(cursor) as cursor from fresh group by slot_id) f
    where s.slot_id = f.slot_id
  ), known as materialized (
    select d.device_id, d.max_seq from tahsil.devices d where d.device_id = any(p_devices)
  ), numbered as (
    update tahsil.devices d set max_seq = f.max_seq
    from (select device_id, max(device_seq) as max_seq from fresh group by device_id) f
    where d.device_id = f.device_id and d.max_seq < f.max_seq
  ), gaps as (
    insert into tahsil.device_findings (device_id, kind, payment_id, from_seq, to_seq)
    select g.device_id, 'gap', g.id, g.last_seq + 1, g.device_seq - 1
    from (
      select f.device_id, f.id, f.device_seq, greatest(k.max_seq,
        coalesce(lag(f.device_seq) over (partition by f.device_id order by f.device_seq), 0)) as last_seq
      from fresh f join known k on k.device_id = f.device_id
    ) g
    where g.device_seq > g.last_seq + 1
  )
  select array_agg(id) into v_fresh from fresh;

  if array_length(v_fresh, 1) = 1 then
    perform graphile_worker.add_job('post-payment', json_build_object('id', v_fresh[1]), max_attempts => 3,
      job_key => 'post:' || v_fresh[1]);
  elsif v_fresh is not null then
    -- before every posting job: until it has run, its payments have none
    perform graphile_worker.add_job('spread-payments', json_build_object('ids', v_fresh), max_attempts => 10,
      priority => -10);
  end if;

  return query
    select p.id, p.id = any(coalesce(v_fresh, '{}')), p.content_hash, p.cursor,
      (extract(epoch from p.received_at) * 1000)::bigint
    from tahsil.payments p where p.id = any(p_ids);
end;
$$;

-- A posting job for each payment of a batch.
create function tahsil.spread_payments(p_ids uuid[]) returns void language plpgsql as $$
begin
  perform graphile_worker.add_jobs(array(
    select row('post-payment', json_build_object('id', p.id), null, now(), 3::smallint, 'post:' || p.id, 0::smallint,
      null)::graphile_worker.job_spec
    from tahsil.payments p where p.id = any(p_ids) and p.state = 'RECEIVED' order by p.seq));
end;
$$;

-- What the sequence of a device should never show, told when a payment is first looked at.
create function tahsil.find_oddities(p_id uuid) returns void language sql as $$
  insert into tahsil.device_findings (device_id, kind, payment_id, from_seq, to_seq)
  select p.device_id, o.kind, p.id, p.device_seq, p.device_seq
  from tahsil.payments p, lateral (
    select 'fork' as kind where exists (
      select 1 from tahsil.payments s
      where s.device_id = p.device_id and s.device_seq = p.device_seq and s.id <> p.id and s.seq < p.seq)
    union all
    select 'receipt-twice' where exists (
      select 1 from tahsil.payments s
      where s.tenant_id = p.tenant_id and s.receipt_number = p.receipt_number and s.id <> p.id and s.seq < p.seq)
  ) o
  where p.id = p_id
  on conflict do nothing
$$;

-- One change of one payment: state, trail, feed position, next job. false when it has moved on meanwhile.
create function tahsil.move_payment(
  p_id uuid, p_from text, p_attempts integer, p_to text, p_reason text, p_note text, p_patch jsonb,
  p_run_in_ms double precision, p_attempt jsonb
) returns boolean language plpgsql as $$
declare
  v_old tahsil.payments%rowtype;
  v_cursor bigint;
  v_is_step boolean;
  v_next timestamptz := clock_timestamp() + make_interval(secs => coalesce(p_run_in_ms, 0) / 1000.0);
begin
  select * into v_old from tahsil.payments where id = p_id for update;
  if not found or v_old.state <> p_from or v_old.attempt_count <> p_attempts then return false; end if;
  v_is_step := v_old.state <> p_to or v_old.reason is distinct from p_reason or v_old.last_note <> p_note;

  if v_is_step then
    update tahsil.slots set last_cursor = tahsil.feed_floor(last_cursor) + 1 where slot_id = v_old.slot_id returning last_cursor into v_cursor;
    insert into tahsil.payment_steps (payment_id, state, reason, note) values (p_id, p_to, p_reason, p_note);
  end if;
  if p_attempt is not null then
    insert into tahsil.payment_attempts (payment_id, n, bill_id, amount_paise)
    values (p_id, v_old.attempt_count + 1, p_attempt->>'billId', (p_attempt->>'amountPaise')::bigint);
  end if;

  update tahsil.payments set
    state = p_to,
    reason = p_reason,
    last_note = p_note,
    changed_at = clock_timestamp(),
    cursor = coalesce(v_cursor, cursor),
    bill_id = coalesce(p_patch->>'billId', bill_id),
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
