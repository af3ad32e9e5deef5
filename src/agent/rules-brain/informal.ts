import { HINGLISH } from './hinglish.ts'

/** Spellings of one and the same word, in the catalog as in a message. */
export const SPELLINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    colour: 'color',
    colours: 'color',
    colors: 'color',
    coloured: 'color',
    grey: 'gray',
    greys: 'gray',
    tshirt: 't shirt',
    tshirts: 't shirt',
    tee: 'tee',
    jewellery: 'jewelry',
    moisturiser: 'moisturizer',
    spectacles: 'glasses',
    earphone: 'earphone',
    fone: 'phone',
    fones: 'phone',
    favourite: 'favorite',
  }),
)

const table = (lines: string): Array<[string, string]> =>
  lines
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [meaning = '', forms = ''] = line.split(':')
      return forms
        .trim()
        .split(/\s+/)
        .map((form): [string, string] => [form, meaning.trim()])
    })

/** What is short for what, one line for each meaning, its forms behind the colon. */
const SHORT_FORMS = `
can: cn
have: hav hv
i do n't know: idk dunno
what: wat wht wot
the: d da teh
them: dem
how: hw
much: mch
many: mny
difference: diff
best seller: bestseller bestsellers
because: bcuz
before: b4
as soon as possible: asap
something: smth smthng smthing smthin sumthing sumthng somthing somethin
birthday: bday bdy
please: pls plz plss pleaze pleasee
thanks: thx ty thnx thanx tnx thanku thankyou tysm
you: u
your: ur
are: r
want to: wanna
give me: gimme
let me: lemme
going to: gonna
got to: gotta
n't: nt
i am: im
i will: ill
what is: whats wats
where is: wheres
how is: hows
that is: thats
quantity: qty quantities
piece: pcs pc nos
with: w/
without: w/o
because: coz cuz bcoz bcz
okay: okk okie
add: ad addd
let 's: lets
message: msg
address: addr
discount: disc
about: abt
between: btw b/w
good night: goodnight gudnight
good morning: gm
hello: helo hii hiii hlo heyy heya
`

/** What a customer's short or Hinglish word means, unless the catalog has that word itself. */
export const INFORMAL: ReadonlyMap<string, string> = new Map(
  table(`${SHORT_FORMS.trim()}\n${HINGLISH.trim()}`),
)
