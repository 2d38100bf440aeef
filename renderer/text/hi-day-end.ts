// Words of the end of the day of a card terminal in Hindi: the same keys as en-day-end.ts.
import type { enDayEnd } from './en-day-end.ts'

export const hiDayEnd: Readonly<Record<keyof typeof enDayEnd, string>> = {
  'dayEnd.act': 'दिन समाप्त',
  'dayEnd.actOf': '{name}: दिन समाप्त करें',
  'dayEnd.title': '{name}: दिन समाप्त करें?',
  'dayEnd.what':
    'मशीन पिछली बार से अब तक के कार्ड भुगतान बैंक को सौंपती है और अपना जोड़ बताती है। दिन में एक बार, आख़िरी कार्ड के बाद करें।',
  'dayEnd.notNow': 'अभी नहीं',
  'dayEnd.do': 'दिन समाप्त करें',
  'dayEnd.doing': 'मशीन काम कर रही है…',
  'dayEnd.doneTitle': 'दिन समाप्त: {name}',
  'dayEnd.done': 'मशीन ने अपना दिन बंद कर दिया।',
  'dayEnd.refused': 'मशीन ने अपना दिन बंद नहीं किया।',
  'dayEnd.refusedAct': 'वह कहती है: {words}',
  'dayEnd.unknown': 'पता नहीं कि मशीन ने अपना दिन बंद किया या नहीं।',
  'dayEnd.unknownAct': 'दोबारा करने से पहले उसकी स्क्रीन या उसकी अपनी रिपोर्ट देखें।',
  'dayEnd.lines': 'उसने यह बताया',
  'dayEnd.close': 'बंद करें',
}
