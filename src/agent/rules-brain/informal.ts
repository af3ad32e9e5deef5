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

/**
 * What a customer's short or Hinglish word means, unless the catalog has that word itself: one line for each
 * meaning, its forms behind the colon.
 */
export const INFORMAL: ReadonlyMap<string, string> = new Map(
  table(`
please: pls plz plss pleaze krpya kripya
gone: gaya gayi gaye chuka chuki
thanks: thx ty thnx thanx tnx dhanyavad dhanyawad shukriya thanku thankyou
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
add: ad addd jodo jod daalo dalo daal dal dalde dalna daldo daaldo rakho rakh
want: chahiye chaiye chahie chahta chahti chahte chaahiye mangta
show: dikhao dikhaiye dikha dikhado dikhana dikhaye dekhna dekhni dekhne dekho
tell: batao bataiye bata batana bataye
give: dedo dena dijiye dijie dede de
make: bana banao banado
about: baare bare
possible: jayega jaayega jayegi
can: sakta sakti sakte
let 's: lets
good night: goodnight gudnight
good morning: gm
someone: kisi kisise
do: karni karo kardo kar karna kariye krdo kro karke
search: dhundo dhoondo dhundho khojo
how much: kitna kitne kitni kitnaa
price: daam keemat kimat rate
cheap: sasta saste sasti sastaa
expensive: mehenga mehnga mahanga mehngi mahangi
good: accha acha achha acchi achhi badhiya
buy: kharidna kharido kharid khareedna khareedo kharidni
take: le lena lunga lungi lelo leni lunnga loonga
increase: badha badhao badhado badhaao
reduce: ghata ghatao ghatado
remove: hatao hata hatado hatana nikalo nikal nikaal nikaldo
red: laal
blue: neela neeli neele
black: kala kaala kaali kaale kali
white: safed safaid
green: hara hari hare
yellow: peela peeli
pink: gulabi
shoe: joota joote jute juta joooty joote jutey
glasses: chashma chasma chashme
watch: ghadi ghari ghadiyan
clothes: kapde kapda kapdey
shirt: kameez
where: kahan kaha kidhar
when: kab
what: kya
how: kaise kaisa
which: kaun kaunsa kaunsi konsa konsi
my: mera meri mere
i: mujhe mujko mujhko muje humko hum
and: aur
or: ya
is: hai hain h hua hui
this: ye yeh yah isko ise iska iske iski
that: woh usko uska
yes: haan han haa haanji
no: nahi nahin nai nhi mat
second: doosra dusra doosri dusri doosre dusre
first: pehla pahla pehli pahli pehle
third: teesra tisra teesri tisri
last: aakhri akhri
both: dono
one: ek
three: teen
four: chaar char
five: paanch panch
less: kam
more: zyada jyada
under: andar neeche niche bheetar
around: lagbhag karib kareeb aaspaas
above: upar uppar
upto: tak
return: wapas vapas wapis lautana lotana
money: paise paisa
hello: namaste namaskar helo hii hiii hlo heyy heya
bye: alvida tata
order: ordar odar
human: insaan insan aadmi
talk: baat baatcheet
delivery: dilivery
arrive: aayega ayega aayegi ayegi pahunchega milega
rupees: rupaye rupay rupye rupaiye rupiya
hundred: sau
thousand: hazar hazaar hajar hajaar
one: wala wali wale waala waali
something: kuch kuchh
any: koi
for: liye
empty: khali khaali
`),
)
