// The 58 known oddities of DIGIT and what the sandbox does about each. Read by its tests, the admin API and the README.

export type Quirk = {
  number: number
  summary: string
  status: 'reproduced' | 'left-out'
  /** Where it is reproduced, or why it is left out. */
  where: string
}

const reproduced = (number: number, summary: string, where: string): Quirk => ({
  number,
  summary,
  status: 'reproduced',
  where,
})
const leftOut = (number: number, summary: string, where: string): Quirk => ({
  number,
  summary,
  status: 'left-out',
  where,
})

export const quirks: readonly Quirk[] = [
  reproduced(1, 'every failure of a Java service is HTTP 400', 'wire/digit-error.ts'),
  reproduced(
    2,
    'a bad password is 400 invalid_request; five misses lock and delete live tokens',
    'identity/login.ts',
  ),
  reproduced(3, 'a second login gets the same token; one logout logs out all', 'identity/tokens.ts'),
  reproduced(4, 'an invalid token is 401 with the code InvalidAccessTokenException', 'gateway/pipeline.ts'),
  reproduced(5, 'an access-control outage looks like 403', 'gateway/pipeline.ts, fault forbidden'),
  reproduced(
    6,
    'newer gateway: denied role is 401, header token ignored for JSON',
    'gateway/pipeline.ts, setting gateway=core',
  ),
  reproduced(7, 'role check collects every tenantId in the body', 'gateway/role-check.ts'),
  reproduced(8, 'a wrong path is 403 first; a 404 body is replaced', 'gateway/pipeline.ts, fault not-found'),
  reproduced(9, 'the body token wins over the header token', 'gateway/pipeline.ts'),
  reproduced(10, 'the gateway turns decimals into doubles', 'wire/wire-json.ts'),
  reproduced(
    11,
    '_fetchbill is 201 for nothing due; older builds 400',
    'billing/fetch-bill.ts, setting isOldBilling',
  ),
  reproduced(12, 'ResposneInfo, null when a bill was generated', 'billing/fetch-bill.ts'),
  reproduced(13, 'no part, advance, mode or minimum fields in a v2 bill', 'billing/bill-wire.ts'),
  reproduced(14, 'the minimum amount is not enforced', 'collection/payment-rules.ts'),
  reproduced(15, 'bills expire at 23:59:59 of the JVM zone with odd milliseconds', 'zoned-time.ts'),
  reproduced(
    16,
    'fixedBillExpiryDate is accepted and stored as null',
    'billing/search-demand.ts, admin/admin.ts',
  ),
  reproduced(
    17,
    'penalty is recalculated only when an expired bill is replaced',
    'billing/fetch-bill.ts, billing/demand-update.ts',
  ),
  reproduced(
    18,
    'a demand update expires the ACTIVE bill, which can still be paid',
    'billing/change-demand.ts',
  ),
  reproduced(19, 'a part payment ends in bill status PAID', 'billing/back-update.ts'),
  reproduced(20, 'after a cancel the bill stays PAID and dues come in a new bill', 'billing/back-update.ts'),
  reproduced(21, 'REMIT publishes to the cancel topic and re-opens the dues', 'collection/workflow.ts'),
  reproduced(22, 'CARD and ONLINE payments cannot be cancelled', 'collection/workflow.ts'),
  reproduced(
    23,
    'cancel needs the latest APPROVED payment; a later CARD payment does not block',
    'collection/workflow.ts',
  ),
  reproduced(24, 'the cancel reason is echoed and not stored', 'collection/workflow.ts'),
  reproduced(25, 'a bill id can be recorded once, ever', 'collection/create-payment.ts'),
  reproduced(
    26,
    'a missing transactionNumber of a cheque fails in the database',
    'collection/create-payment.ts',
  ),
  reproduced(27, 'CASH replaces transactionNumber', 'collection/id-numbers.ts'),
  reproduced(28, 'transactionDate and receiptDate are server time', 'collection/create-payment.ts'),
  reproduced(29, 'header total is not compared, totalDue is ignored', 'collection/create-payment.ts'),
  reproduced(30, 'an unknown mode is a NotNull violation', 'collection/payment-input.ts'),
  reproduced(31, 'all amount problems share one code, the last text wins', 'collection/payment-rules.ts'),
  reproduced(
    32,
    'an unknown bill among several, or two of one consumer code, is a NullPointerException',
    'collection/create-payment.ts',
  ),
  reproduced(
    33,
    'an empty paymentDetails list makes billing read all bills of the tenant',
    'collection/create-payment.ts',
  ),
  reproduced(34, 'a payment over two services leaves the other bill ACTIVE', 'billing/back-update.ts'),
  reproduced(
    35,
    'employees must name a module, which widens businessServices',
    'collection/search-payments.ts',
  ),
  reproduced(
    36,
    'some service codes cannot be a path segment',
    'gateway/routes.ts, masters/business-services.ts',
  ),
  reproduced(
    37,
    'payment search without tenantId is a NullPointerException',
    'collection/search-payments.ts',
  ),
  reproduced(38, 'toDate is moved 24 hours later', 'collection/search-payments.ts'),
  reproduced(39, 'default limit 30, cap 100', 'collection/search-payments.ts'),
  reproduced(
    40,
    'search shows the bill snapshot: ACTIVE, no payer, manualReceiptDate 0, paymentId null',
    'collection/payment-wire.ts',
  ),
  reproduced(
    41,
    'createdBy is the numeric id in payments and the uuid in bills',
    'collection/create-payment.ts, billing/fetch-bill.ts',
  ),
  reproduced(42, '_create answers 200 and Payments[]', 'collection/create-payment.ts'),
  reproduced(
    43,
    'Swagger paths do not exist; v1 bill paths fail in a third error shape',
    'billing/search-demand.ts, gateway/routes.ts',
  ),
  reproduced(44, 'resMsgId is a constant; status is "200 OK" in a 201', 'wire/response-info.ts'),
  reproduced(45, 'a counter payment makes a citizen account; failure is ignored', 'identity/citizens.ts'),
  reproduced(46, 'ifscCode calls a third party inside _create', 'collection/ifsc.ts'),
  reproduced(
    47,
    'an MDMS outage in _create is IllegalArgumentException',
    'collection/create-payment.ts, fault mdms-outage',
  ),
  reproduced(48, 'several codes in one _fetchbill share the first payer', 'billing/generate-bill.ts'),
  reproduced(
    49,
    'one ACTIVE bill per consumer code and tenant, whatever the service',
    'billing/generate-bill.ts, setting hasUniqueActiveBill',
  ),
  reproduced(
    50,
    'size and offset of bill search are ignored; newest per code only',
    'billing/bill-criteria.ts',
  ),
  reproduced(51, 'the event leaves before the commit', 'collection/create-payment.ts, fault commit-failure'),
  leftOut(
    52,
    'payment SMS is likely never sent by this build',
    'the sandbox has no SMS channel, so nothing can be seen of it',
  ),
  reproduced(53, 'apportioning goes by amount, tax-head order breaks ties', 'billing/apportion.ts'),
  reproduced(
    54,
    'bills carry mobiles and names the payment API refuses',
    'seed/names.ts, collection/payment-input.ts',
  ),
  reproduced(55, 'UPYOG: HALF_UP totalDue, QR_CODE, REFUND, no IFSC call', 'setting isUpyog'),
  reproduced(56, 'a fractional bill is refused by the server', 'collection/payment-rules.ts'),
  reproduced(
    57,
    'a burst of _create can exhaust the database pool',
    'collection/create-payment.ts, setting createPoolMax',
  ),
  leftOut(
    58,
    'payments move applications of other modules forward and cancels do not move them back',
    'application services (licences, connections, plans) are not part of bill collection',
  ),
]
