/**
 * The words of the trade, as data. Nothing here names a product, a brand or a colour: those come from the live
 * catalog through the dictionary.
 */

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/))
const numbered = (list: string): ReadonlyMap<string, number> =>
  new Map(
    list
      .trim()
      .split(/\s+/)
      .map((pair) => {
        const [word = '', value = ''] = pair.split('=')
        return [word, Number(value)]
      }),
  )

export const NUMBER_WORDS = numbered(
  `a=1 an=1 one=1 single=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12
  fifteen=15 twenty=20 thirty=30 forty=40 fifty=50 dozen=12 couple=2 both=2 twice=2 double=2`,
)

export const ORDINAL_WORDS = numbered(
  `first=1 1st=1 second=2 2nd=2 third=3 3rd=3 fourth=4 4th=4 fifth=5 5th=5 sixth=6 6th=6 seventh=7 7th=7
  eighth=8 8th=8 last=-1`,
)

/** Multipliers that follow a number: "4k", "2 lakh". */
export const MULTIPLIERS = numbered('hundred=100 k=1000 thousand=1000 grand=1000 lakh=100000 lac=100000')

export const CURRENCY_WORDS = words(
  'rs rs. ₹ $ € £ inr usd eur gbp rupee rupees dollar dollars euro euros pound pounds buck bucks /-',
)

export const UPPER_BOUND_WORDS = words(
  'under below less within upto max maximum most beneath budget < <= cheaper inside exceed exceeding limit beyond lower',
)
/** Of those above, the ones that bound from above only when they are denied: "not exceeding 4000". */
export const DENIED_UPPER_WORDS = words('exceed exceeding beyond')
export const LOWER_BOUND_WORDS = words(
  'above over more least min minimum beyond > >= starting start from upwards exceeding exceed higher greater costlier pricier dearer north',
)
export const AROUND_WORDS = words(
  'around about roughly approximately near nearly ~ approx approximate circa close',
)

export const NEGATIONS = words(
  "not no without except don't n't excluding exclude never avoid besides minus other-than hate nothing dislike cannot",
)

/** Letter sizes by the word a shopper may use. */
export const SIZE_WORDS: ReadonlyMap<string, string> = new Map([
  ['small', 'S'],
  ['medium', 'M'],
  ['large', 'L'],
  ['xlarge', 'XL'],
])

/** How a customer speaks of whom a thing is for, and how a catalog may. */
export const AUDIENCES: ReadonlyMap<string, string> = new Map(
  [...words('wife girlfriend mother mom mum mummy sister daughter lady girl her female aunt grandmother')]
    .map((word): [string, string] => [word, 'women'])
    .concat(
      [
        ...words(
          'husband boyfriend father dad papa daddy brother son gent boy him male guy uncle grandfather',
        ),
      ].map((word): [string, string] => [word, 'men']),
    ),
)

/** Words that say nothing about a product, so that they never become part of a search. */
export const FILLER = words(
  `i we you he she it they me us my our your his her its their mine yours this that these those there here who whom
  whose which what when where why how a an the some any all each every both few more most much many another other
  others such same own only just also too very really quite please kindly be am is are was were been being do does
  did have has had having can could will would shall should may might must let get got give take make go come and or
  but nor so yet if then than as because while of at by for with about against between into through during before
  after to from up down in out on off over under again further once not no without except yes ok okay hey hi hello
  thanks thank want need look looking lookin search searching find finding show see tell suggest suggestion recommend
  recommendation buy buying purchase order shop shopping like love prefer interested something anything thing things
  stuff item items product products option options kind type sort good nice nicest best great cool new price priced
  pricing cost costing costs budget range rupee rupees rs inr dollar usd buck bucks size sizes sized color colored brand
  branded brands available availability stock piece pieces pair pairs one ones two three four five help ask asked know
  try use cheap cheapest cheaper expensive costly affordable pricey less least around roughly approximately upto within
  above below maximum minimum max min k thousand lakh hundred i'm i'd i'll i've it's what's let's don't didn't can't
  won't doesn't isn't 'm 'd 's 've 'll 're n't bhai yaar ka ki ke ko se par aur liye ho na toh to bhi raha rahe rahi
  mein me main sir madam specs kg kgs gm gms gram grams litre litres liter liters ml packet packets pack dozen bottle-of dear now today tonight tomorrow quick quickly maybe perhaps instead else still already well
  currently have going day days week sell selling carry stocked ahead rather wanted needed think thinking guess sure
  actually basically kinda sorta lot bit little big enough pretty super awesome perfect amazing lovely beautiful
  wonderful fantastic decent fine okay alright great greetings hiya howdy hmm um uh oh ah sorry oops wow lol etc everything whatever whichever someone
  somebody anyone anybody people person friend friends myself yourself himself herself favorite choice choose pick
  picked select selected selection collection browse browsing check checking open start wondering hoping planning
  present birthday anniversary wedding diwali christmas occasion gift gifts gifting ones kids
  rated rating ratings review reviews popular top star stars highest lowest dearest latest newest premium luxury
  fancy stylish trendy classy simple plain quality cart basket bag-of till until near between per similar alternative alternatives sorted sort arranged each
  total altogether either neither able worth nothing none never anyway please bro dude mate man buddy sa si bhaiya bhaiyya bhaisaab didi ji arre arey dost boss
  version versions model models variant variants edition ish odd seller sellers possible preferably category categories catalog catalogue department departments section variety varieties
  thing place page result results more next previous fast different big message tho though hopefully kindly honestly
  wondering basically literally half`,
)
