-- Refunds that a till's journal tells of and that this database, restored from an older backup, does not know. Money that a citizen
-- got back is never posted until a person has decided again.

create table tahsil.decision_claims (
  device_id text not null references tahsil.devices,
  -- Number of the record in the journal of that device.
  seq bigint not null,
  tenant_id text not null,
  -- It may come before its payment, from another till.
  payment_id uuid not null,
  -- remainder: the rest of a payment that was posted in part.
  kind text not null check (kind in ('payment', 'remainder')),
  -- The second person, as that till knew them.
  operator_id text,
  -- The newest decision about the payment when the claim came: only a later one was made in sight of it.
  decided_upto bigint not null,
  at timestamptz not null default clock_timestamp(),
  -- A fork may tell of another payment under the same number.
  primary key (device_id, seq, payment_id)
);
create index decision_claims_of on tahsil.decision_claims (payment_id);
create trigger decision_claims_kept before update or delete on tahsil.decision_claims
  for each row execute function tahsil.refuse_change();
create trigger decision_claims_whole before truncate on tahsil.decision_claims
  for each statement execute function tahsil.refuse_change();

alter table tahsil.device_findings drop constraint device_findings_kind_check;
alter table tahsil.device_findings add constraint device_findings_kind_check check (kind in (
  'gap', 'fork', 'receipt-twice', 'receipt-gap', 'sequence-fork', 'bad-signature', 'turnover', 'rolled-back', 'refund-posted'));

-- Claims about a payment of their own municipality that no later decision has answered. A look answers nothing.
create function tahsil.open_claims(p_payment uuid) returns setof tahsil.decision_claims language sql stable as $$
  select c.* from tahsil.decision_claims c
  join tahsil.payments p on p.id = c.payment_id and p.tenant_id = c.tenant_id
  where c.payment_id = p_payment and not exists (
    select 1 from tahsil.decisions d
    where d.subject_kind in ('payment', c.kind) and d.subject_id = p_payment::text and d.stage = 'done'
      and d.act <> 'look-again' and d.decision_id > c.decided_upto)
$$;

create function tahsil.is_refund_claimed(p_payment uuid) returns boolean language sql stable as $$
  select exists (select 1 from tahsil.open_claims(p_payment))
$$;

-- A claim and an attempt at the same payment wait for each other, also while the payment is not here yet.
create function tahsil.lock_claims(p_payment uuid) returns void language sql volatile as $$
  select pg_advisory_xact_lock(hashtextextended(p_payment::text, 7264406))
$$;

-- DIGIT holds what a till says was given back: for people, nothing is changed.
create function tahsil.note_refund_posted(p_payment uuid) returns void language sql volatile as $$
  insert into tahsil.device_findings (device_id, kind, payment_id, from_seq, to_seq)
  select c.device_id, 'refund-posted', p_payment, c.seq, c.seq from tahsil.open_claims(p_payment) c where c.kind = 'payment'
  on conflict do nothing
$$;

-- Every change of a payment passes here: money with an open claim is not sent, whoever asks and on whichever node. The locks are
-- taken in the order of claim_refunds, and each statement sees what was committed before it.
alter function tahsil.move_payment(uuid, text, integer, text, text, text, jsonb, double precision, jsonb)
  rename to write_move;
create function tahsil.move_payment(
  p_id uuid, p_from text, p_attempts integer, p_to text, p_reason text, p_note text, p_patch jsonb,
  p_run_in_ms double precision, p_attempt jsonb
) returns boolean language plpgsql as $$
begin
  if p_attempt is not null and not p_attempt ? 'action' then
    perform tahsil.lock_claims(p_id);
    perform 1 from tahsil.payments where id = p_id for update;
    -- nearly no payment has one: that alone is asked on its way
    if exists (select 1 from tahsil.decision_claims where payment_id = p_id) and tahsil.is_refund_claimed(p_id) then
      return false;
    end if;
  end if;
  if not tahsil.write_move(p_id, p_from, p_attempts, p_to, p_reason, p_note, p_patch, p_run_in_ms, p_attempt) then
    return false;
  end if;
  if p_to = 'POSTED' and p_from <> 'POSTED' and exists (select 1 from tahsil.decision_claims where payment_id = p_id) then
    perform tahsil.note_refund_posted(p_id);
  end if;
  return true;
end;
$$;

-- Fresh payments that nobody may post before a person has looked; that one was given back is said before anything else.
create or replace function tahsil.quarantine(p_ids uuid[], p_reason text, p_note text) returns void language plpgsql as $$
begin
  perform tahsil.move_payment(p.id, 'RECEIVED', p.attempt_count, case when c.is_claimed then 'SUSPENSE' else 'QUARANTINE' end,
    case when c.is_claimed then 'REFUND_CLAIMED' else p_reason end,
    case when c.is_claimed then 'a till says that its money was given back; ' else '' end || p_note, '{}'::jsonb, null, null)
  from tahsil.payments p, lateral (select tahsil.is_refund_claimed(p.id) as is_claimed) c
  where p.id = any(p_ids) and p.state = 'RECEIVED' and p.attempt_count = 0;
end;
$$;

-- What a journal tells of refunds: each that has no decision here is kept, and its payment is taken out of the way of posting.
-- Called before any payment of the same append, so that locks are taken as everywhere: payment, then slot.
create function tahsil.claim_refunds(
  p_device text, p_seqs bigint[], p_payments uuid[], p_kinds text[], p_operators text[], p_note text
) returns void language plpgsql as $$
declare
  v_tenant text;
  v_claim record;
  v_payment tahsil.payments%rowtype;
begin
  select s.tenant_id into strict v_tenant from tahsil.devices d join tahsil.slots s using (slot_id) where d.device_id = p_device;
  perform tahsil.lock_claims(i.id) from (select distinct unnest(p_payments) as id order by 1) i;
  perform 1 from tahsil.payments p where p.id = any(p_payments) order by p.id for update;
  for v_claim in
    select * from unnest(p_seqs, p_payments, p_kinds, p_operators) as t(seq, payment_id, kind, operator_id) order by seq
  loop
    insert into tahsil.decision_claims (device_id, seq, tenant_id, payment_id, kind, operator_id, decided_upto)
    select p_device, v_claim.seq, v_tenant, v_claim.payment_id, v_claim.kind, v_claim.operator_id, coalesce((
      select max(d.decision_id) from tahsil.decisions d
      where d.subject_kind in ('payment', 'remainder') and d.subject_id = v_claim.payment_id::text), 0)
    where not exists (
      select 1 from tahsil.decisions d
      where d.subject_kind = v_claim.kind and d.subject_id = v_claim.payment_id::text and d.act = 'refund' and d.stage = 'done')
    on conflict do nothing;
    if not found then continue; end if;
    select * into v_payment from tahsil.payments p where p.id = v_claim.payment_id and p.tenant_id = v_tenant;
    if not found then continue; end if;
    if v_payment.state in ('RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE') then
      perform graphile_worker.add_job('post-payment', json_build_object('id', v_payment.id), max_attempts => 3,
        job_key => 'post:' || v_payment.id);
    elsif v_payment.state = 'POISON' or v_payment.reason in ('REVOKED_DEVICE', 'SEQUENCE_FORK')
      or (v_payment.state = 'SUSPENSE' and v_payment.reason is distinct from 'REVERSAL_REFUSED') then
      if v_payment.explained_at is null and v_payment.reason is distinct from 'REFUND_CLAIMED' then
        perform tahsil.move_payment(v_payment.id, v_payment.state, v_payment.attempt_count, 'SUSPENSE', 'REFUND_CLAIMED', p_note,
          jsonb_build_object('probeReason', null), null, null);
      end if;
    elsif v_payment.state <> 'REVERSED' then
      perform tahsil.note_refund_posted(v_payment.id);
    end if;
  end loop;
end;
$$;
