// खुले नक़द दराज़ के शब्द।
import type { enDrawer } from './en-drawer.ts'

export const hiDrawer: Readonly<Record<keyof typeof enDrawer, string>> = {
  'drawerOpen.act': 'उसे बंद करें।',
  'drawerOpen.strip': 'नक़द दराज़ {time} से खुली है।',

  'keys.drawer': 'नक़द दराज़ खोलें: कारण पूछा और दर्ज किया जाता है',

  'noSale.change': 'नोट का छुट्टा',
  'noSale.check': 'दराज़ की जाँच',
  'noSale.correction': 'दी गई राशि सुधारना',
  'noSale.count': 'नक़द गिनना',
  'noSale.hint': 'कारण, समय और आपका नाम जर्नल में दर्ज होते हैं।',
  'noSale.open': 'खोलें',
  'noSale.other': 'कोई और कारण',
  'noSale.title': 'नक़द दराज़ खोलें',
}
