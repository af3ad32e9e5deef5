/** Everything the offline brain can be asked to do. */
export type Intent =
  | 'search'
  | 'details'
  | 'stock'
  | 'compare'
  | 'add'
  | 'update'
  | 'remove'
  | 'clear'
  | 'view_cart'
  | 'coupons'
  | 'apply_coupon'
  | 'redeem_points'
  | 'loyalty'
  | 'checkout'
  | 'pay'
  | 'orders'
  | 'track'
  | 'return'
  | 'hand_off'
  | 'waitlist'
  | 'delivery_question'
  | 'payment_question'
  | 'return_question'
  | 'greeting'
  | 'thanks'
  | 'farewell'
  | 'help'
  | 'identity'
  | 'yes'
  | 'no'

/**
 * A cue is a list of lemmas that stand in this order, with at most two words between neighbours; `a|b` takes
 * either, and `*` lets any number of words stand between. `<code>`, `<order>`, `<payment>`, `<product>`, `<reference>` and `<count>` stand for what was found in the words.
 * The weights of an intent's cues add up; the intent with the most wins.
 */
export const CUES: Readonly<Record<Intent, ReadonlyArray<readonly [cue: string, weight: number]>>> = {
  search: [
    ['look for|at', 3],
    ['search|find|browse', 3],
    ['show|suggest|recommend|list', 2.5],
    ['show more|other', 2],
    ['want|need', 1.5],
    ['do you have|sell|carry|stock', 2.5],
    ['have you', 1.5],
    ['any', 1],
    ['what|which kind|type|brand', 2],
    ['gift for', 2.5],
    ['<product>', 2],
    ['<price>', 2],
    ['cheapest|cheap|affordable|newest|latest|best', 1],
    ['something', 1.5],
    ['buy <product>', -0.5],
  ],
  details: [
    ['tell more', 4],
    ['tell about <reference>|it|this|that', 4],
    ['more detail|info|information', 4],
    ['detail|describe|specification|spec|feature|material', 3.5],
    ['what size|sizes|color|colors', 3.5],
    ['which size|color', 3.5],
    ['come in', 2.5],
    ['how much be|for <reference>|it|this|that|they', 4],
    ['price of <reference>|it|this|that', 3],
    ['how much', 1.5],
    ['<reference>', 0.5],
    ['rating|review', 2.5],
  ],
  stock: [
    ['in stock', 4],
    ['available', 2.5],
    ['availability', 3.5],
    ['how many left|stock|remain|available|have', 4.5],
    ['how many be leave', 4],
    ['leave in', 2],
    ['any left', 4],
    ['stock', 2],
    ['be <reference> available', 2],
    ['same in', 4],
    ['which store|location|warehouse', 3.5],
    ['<reference>', 0.5],
  ],
  compare: [
    ['compare', 5],
    ['difference between', 5],
    ['which be better|cheaper', 4.5],
    ['which one be|should', 3],
    ['versus|vs', 4],
  ],
  add: [
    ['add', 4],
    ['add * cart|bag|basket', 4],
    ['put in|into|on', 2.5],
    ['put * cart|bag|basket', 4],
    ['buy <reference>', 3.5],
    ['buy', 1.5],
    ['i take', 3.5],
    ["'ll take", 3.5],
    ['will take', 3.5],
    ['take <reference>', 3],
    ['get me <reference>', 3],
    ['give me <reference>', 3],
    ['want <reference>', 2.5],
    ['order <reference>', 3],
    ['go with', 3],
    ['pick|choose|grab', 2.5],
    ['cart me', 2],
    ['<count> more', 1],
    ['<count> of <reference>', 2],
  ],
  update: [
    ['change quantity', 5],
    ['quantity', 3],
    ['make it|that|them <count>', 5],
    ['make <count>', 4],
    ['set to <count>', 4],
    ['change to <count>', 4.5],
    ['update', 3],
    ['increase|decrease|reduce|raise', 4],
    ['only <count>', 2],
    ['instead of', 1.5],
    ['one more', 3],
    ['one less', 4.5],
    ['<count> instead', 3],
  ],
  remove: [
    ['remove|delete', 5],
    ['take out|off', 4.5],
    ['take from cart', 4],
    ['drop', 3.5],
    ['get rid', 4.5],
    ["do n't want <reference>|it|that|them", 4],
    ["don't want", 3.5],
    ['no longer want|need', 4],
    ['remove|delete|take * cart|bag|basket', 3],
    ['discard', 4],
  ],
  clear: [
    ['empty|clear|reset cart|bag|basket|everything|all', 6.5],
    ['remove|delete everything|all', 3.5],
    ['start over', 5],
  ],
  view_cart: [
    ['view|see|show|open|check|display cart|bag|basket', 4.5],
    ['what be in cart|bag|basket', 5],
    ['my cart|basket', 2.5],
    ['cart total', 4],
    ['cart', 1.5],
    ['total', 2],
    ['how much be total|cart|altogether', 3.5],
    ['have i add', 3],
  ],
  coupons: [
    ['coupon|voucher|promo', 3],
    ['any|have|which|what|available|list coupon|offer|discount|deal|promo|voucher', 3],
    ['discount|offer|deal', 2],
    ['discount code', 2],
  ],
  apply_coupon: [
    ['apply', 3],
    ['apply coupon|code|discount|promo|voucher', 2],
    ['use coupon|code|promo|voucher', 3.5],
    ['coupon|code|promo|voucher <code>', 3.5],
    ['<code>', 3],
  ],
  redeem_points: [
    ['redeem', 4],
    ['use|spend|apply point', 4.5],
    ['pay with point', 4.5],
    ['redeem <count>', 1],
  ],
  loyalty: [
    ['loyalty|membership|tier', 4],
    ['point', 2.5],
    ['how many point', 2],
    ['reward', 3],
    ['my tier|level|status', 2],
    ['platinum|gold|silver|bronze member|tier|status', 3],
  ],
  checkout: [
    ['checkout', 5],
    ['check out', 5],
    ['place order', 4.5],
    ['place my|the order', 4.5],
    ['complete|finish|confirm order|purchase', 4],
    ['proceed', 3.5],
    ['ready to buy|pay|order', 4],
    ['buy now', 4],
    ['buy everything|cart', 4],
    ['that be all', 2.5],
    ['order it|them|everything|these|this now', 4],
    ['bill', 2.5],
  ],
  pay: [
    ['pay', 4],
    ['pay with|by|use', 2],
    ['<payment>', 4],
    ['use card|upi', 3],
    ['use my card|upi', 3],
    ['gift card', 3],
    ['charge', 3],
    ['ship|deliver to', 3],
    ['my address be', 3],
    ['<address>', 4],
  ],
  orders: [
    ['my order', 3],
    ['order history', 5],
    ['past|previous|recent|all|last order', 4],
    ['list|show|see|view order', 4],
    ['what have|do i order|buy', 4.5],
    ['orders', 2],
  ],
  track: [
    ['track', 5],
    ['where be order|package|parcel|delivery|shipment|it|<order>', 5],
    ['order|delivery|shipping|shipment status', 4.5],
    ['status of order|<order>', 4.5],
    ['when arrive|come|reach|deliver', 4],
    ['when get order|package|parcel|it', 4],
    ['ship yet', 3],
    ['have order ship|arrive', 4],
    ['<order>', 2.5],
    ['package|parcel', 2.5],
  ],
  return: [
    ['return', 4],
    ['refund', 4],
    ['money back', 4],
    ['send back', 4],
    ['cancel order|<order>', 6],
    ['return order|<order>', 2.5],
    ['exchange', 3],
    ['damaged|broken|defective|wrong', 2],
  ],
  hand_off: [
    ['human', 5],
    ['real|live person|agent|human', 5],
    [
      'talk|speak|chat|connect to|with person|someone|agent|human|representative|manager|support|staff|somebody',
      6,
    ],
    ['representative|manager', 4],
    ['customer care|service|support', 5],
    ['call me', 3],
    ['complaint|complain', 4],
    ['transfer me', 4],
  ],
  waitlist: [
    ['notify|alert|inform when|if', 6],
    ['tell|let|ping|message me|know when|if back|available|stock|restock', 7],
    ['back in stock', 4],
    ['restock', 4],
    ['waitlist', 6],
    ['waiting list', 6],
  ],
  delivery_question: [
    ['delivery|shipping|ship charge|cost|fee|free|time|day|option', 5],
    ['how long delivery|shipping|ship|take', 4.5],
    ['do you ship|deliver', 5],
    ['free delivery|shipping', 4],
    ['how much delivery|shipping', 5],
    ['delivery|shipping', 2.5],
  ],
  payment_question: [
    ['payment method|option|mode', 5.5],
    ['how can|do i pay', 5.5],
    ['how to pay', 5.5],
    ['do you accept|take', 4],
    ['accept card|upi|cash|paypal|cod|gift', 3],
    ['cash on delivery', 5.5],
    ['cod|emi|netbanking|paypal', 4],
    ['which card|payment', 4],
  ],
  return_question: [
    ['return|refund|exchange policy', 6],
    ['can i return|exchange', 4.5],
    ['how do return|refund work', 5],
    ['how to return', 5],
    ['how long refund', 5],
    ['warranty|guarantee', 4],
  ],
  greeting: [
    ['hi|hello|hey|greetings|hola|yo', 3],
    ['good morning|afternoon|evening|day', 4],
  ],
  thanks: [
    ['thanks|thank|appreciate', 3.5],
    ['awesome|perfect|great|wonderful|cool', 1],
  ],
  farewell: [
    ['bye|goodbye|cya', 4],
    ['see you', 4],
    ['good night', 4.5],
    ['that be all', 2],
  ],
  help: [
    ['help', 3],
    ['what can you do', 5],
    ['how do this|it work', 4],
    ['how can you', 3],
    ['what else can', 3],
  ],
  identity: [
    ['who be you', 5],
    ['be you bot|robot|human|ai|real|person|machine', 6.5],
    ['your name', 5],
  ],
  yes: [
    ['yes|yep|yeah|yup|sure|okay|ok|absolutely|definitely|correct|right|alright', 3],
    ['go ahead', 4],
    ['do it', 3],
    ['confirm', 3],
    ['sound good', 4],
  ],
  no: [
    ['no|nope|nah', 3],
    ['not now', 4],
    ['never mind', 4],
    ['nevermind', 4],
    ['cancel', 2],
    ['stop', 2.5],
    ['no thanks', 4],
  ],
}

/** Words that open a new request within an utterance: "add the second one and CHECK out". */
export const OPENERS: ReadonlySet<string> = new Set([
  'add',
  'remove',
  'delete',
  'show',
  'find',
  'search',
  'checkout',
  'check',
  'apply',
  'redeem',
  'pay',
  'track',
  'cancel',
  'return',
  'buy',
  'put',
  'place',
  'tell',
  'compare',
  'use',
  'take',
  'empty',
  'clear',
  'ship',
  'deliver',
  'proceed',
  'then',
  'make',
  'view',
  'what',
  'where',
  'do',
  'can',
  'change',
  'give',
])
