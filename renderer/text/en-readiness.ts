// Words of the readiness card and of the bill packs.

export const enReadiness = {
  'cart.packed': 'From the bill pack, {age} old. The office was not reached.',

  'nav.readiness': 'Ready?',

  'packs.asking': 'The office is asked which routes there are…',
  'packs.consumers': '{count, plural, =0 {No connection} one {# connection} other {# connections}}',
  'packs.fetchNow': 'Fetch now',
  'packs.hint':
    'Bills of the chosen routes are kept on this till, to be found by number, mobile, name or door without the network.',
  'packs.inUse': '{count, plural, =0 {No bill due} one {# bill} other {# bills}}, {age} old',
  'packs.loading': 'Fetching: {loaded} of {count}',
  'packs.noRoutes': 'No route is known. The office can prepare routes; connect the till to see them.',
  'packs.oldStays': 'The pack before it stays in use.',
  'packs.progress': 'Fetched of {name}',
  'packs.signIn': 'Sign in to choose the routes whose bills this till carries.',
  'packs.soon': 'Will be fetched when no money waits to be sent',
  'packs.title': 'Bills for work without network',

  'ready.lines': 'What this till needs',
  'ready.notKnown': 'Not known',
  'ready.title': 'Is this till ready for the day?',
  'ready.tone.amber': ' (look at this)',
  'ready.tone.green': ' (in order)',
  'ready.tone.red': ' (stops you)',
  'ready.verdict.amber':
    '{count, plural, =0 {Ready} one {Ready, but look at # line} other {Ready, but look at # lines}}',
  'ready.verdict.green': 'Ready for the day, also without network',
  'ready.verdict.red':
    '{count, plural, =0 {Ready} one {Not ready: # thing stops you} other {Not ready: # things stop you}}',

  'ready.battery': 'Battery',
  'ready.battery.charging': '{percent} %, charging',
  'ready.battery.full': '{percent} % left.',
  'ready.battery.low': 'Only {percent} % left.',
  'ready.battery.low.act': 'Charge it before you leave.',

  'ready.clock': 'Clock',
  'ready.clock.off': 'It is {drift} off.',
  'ready.clock.off.act': 'Receipts carry the time of the office. Have the clock set right.',
  'ready.clock.right': 'It agrees with the office.',
  'ready.clock.unproven': 'It was not compared with the office since this machine was started.',
  'ready.clock.unproven.act': 'Connect once before you leave.',
  'ready.clock.wrong': 'It is wrong: no money can be taken.',
  'ready.clock.wrong.act': 'Set date and time right, or a supervisor signs in.',

  'ready.device': 'This till',
  'ready.device.approved': 'The office knows and approved it.',
  'ready.device.revoked': 'The office has withdrawn it.',
  'ready.device.revoked.act': 'Take it to the office. What it recorded is still handed over.',
  'ready.device.unknown': 'The office does not know it yet.',
  'ready.device.unknown.act': 'It needs an enrolment code from the office.',
  'ready.device.waiting': 'It waits for the office’s approval.',
  'ready.device.waiting.act': 'Compare the six digits with the office by telephone.',

  'ready.limits': 'Limits',
  'ready.limits.ok':
    '{percent} % of the nearest limit ({limit, select, shift {collected in this shift} cashInHand {cash in hand} unsent {money not yet sent} unsentCount {payments not yet sent} other {time without the office}}).',
  'ready.limits.stop':
    '{limit, select, shift {The most for one shift} cashInHand {The most cash in hand} unsent {The most unsent money} unsentCount {The most unsent payments} other {The longest time without the office}} is reached: no more cash.',
  'ready.limits.stop.act':
    '{limit, select, shift {Close this shift.} cashInHand {Hand in cash.} other {Connect this till.}}',
  'ready.limits.warn':
    '{percent} % of a limit ({limit, select, shift {collected in this shift} cashInHand {cash in hand} unsent {money not yet sent} unsentCount {payments not yet sent} other {time without the office}}).',
  'ready.limits.warn.act':
    '{limit, select, shift {Close this shift soon.} cashInHand {Hand in cash soon.} other {Connect this till before you leave.}}',

  'ready.network': 'Network',
  'ready.network.offline': 'The office is not reached now.',
  'ready.network.offline.act': 'Payments are kept here and sent later. Connect to fetch new bills.',
  'ready.network.online': 'The office is reached.',

  'ready.packs': 'Bills on board',
  'ready.packs.aging': '{billCount, plural, =0 {No bill} one {# bill} other {# bills}}, {age} old.',
  'ready.packs.aging.act': 'Fetch newer ones before you leave.',
  'ready.packs.fetching': 'Being fetched: {percent} %.',
  'ready.packs.fetching.act': 'Stay connected until it is done.',
  'ready.packs.fresh': '{billCount, plural, =0 {No bill due} one {# bill} other {# bills}}, {age} old.',
  'ready.packs.missing': 'A chosen route has no bills here yet.',
  'ready.packs.missing.act': 'Stay connected, or press Fetch now.',
  'ready.packs.none': 'No route is chosen.',
  'ready.packs.none.act':
    'Without network only bills that were seen here before can be found. Choose a route.',
  'ready.packs.notTrusted': 'What came was changed on its way or is not from the office. It is not used.',
  'ready.packs.notTrusted.act': 'Tell the office. Then fetch again.',
  'ready.packs.tooOld': 'They are {age} old: too old to collect from.',
  'ready.packs.tooOld.act': 'Connect and fetch new ones.',

  'ready.printer': 'Printer',
  'ready.printer.absent': 'None is set up.',
  'ready.printer.absent.act': 'Receipts can be shown, not printed.',
  'ready.printer.not_ready': 'Paper, cover or a fault.',
  'ready.printer.not_ready.act': 'Look at paper and cover.',
  'ready.printer.ready': 'It is ready.',
  'ready.printer.unknown': 'It does not tell how it is.',
  'ready.printer.unknown.act': 'Print a receipt again to see.',
  'ready.printer.unreachable': 'It does not answer.',
  'ready.printer.unreachable.act': 'Check cable and power.',

  'ready.secrets': 'Keys of this till',
  'ready.secrets.guarded': 'They are guarded by this machine.',
  'ready.secrets.plain': 'They lie in a file of this machine.',
  'ready.secrets.plain.act': 'It works. Keep the machine locked away; the office may keep its limits low.',
  'ready.secrets.unreadable': 'They cannot be opened now.',
  'ready.secrets.unreadable.act': 'Nothing was deleted. Start as the same user, or call the office.',

  'ready.signIn': 'Sign-in',
  'ready.signIn.never': 'The office was never reached.',
  'ready.signIn.never.act': 'Connect once.',
  'ready.signIn.over': 'The office was not reached for too long: nobody can sign in.',
  'ready.signIn.over.act': 'Connect once.',
  'ready.signIn.soon': 'Without network it works for {left} more.',
  'ready.signIn.soon.act': 'Connect before you leave.',
  'ready.signIn.valid': 'Without network it works for {left} more.',

  'ready.space': 'Space',
  'ready.space.enough': '{space} free.',
  'ready.space.full': '{space} free: no payment can be recorded.',
  'ready.space.full.act': 'Free space on this machine.',
  'ready.space.little': 'Only {space} free.',
  'ready.space.little.act': 'Free space soon.',

  'ready.unsent': 'Unsent money',
  'ready.unsent.attention':
    '{count, plural, =0 {No payment needs the office} one {# payment needs the office} other {# payments need the office}}.',
  'ready.unsent.attention.act': 'The money is safe. See Waiting.',
  'ready.unsent.none': 'Everything was sent.',
  'ready.unsent.waiting':
    '{count, plural, =0 {No payment waits} one {# payment waits} other {# payments wait}}: {amount}.',
  'ready.unsent.waiting.act': 'It is sent as soon as the network is there.',
}
