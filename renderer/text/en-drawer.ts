// Words of the open cash drawer.

export const enDrawer = {
  'drawerOpen.act': 'Close it.',
  'drawerOpen.strip': 'The cash drawer has been open since {time}.',

  'keys.drawer': 'Open the cash drawer: a reason is asked and recorded',

  'noSale.change': 'Change a note',
  'noSale.check': 'Try the drawer',
  'noSale.correction': 'Put right what was given',
  'noSale.count': 'Count the cash',
  'noSale.hint': 'The reason, the time and your name go into the journal.',
  'noSale.open': 'Open',
  'noSale.other': 'Another reason',
  'noSale.title': 'Open the cash drawer',
} as const
