/**
 * Hinglish as shoppers type it, as data: one line for each English meaning, the forms it is written in behind the
 * colon. A word that the catalog itself has keeps the catalog's meaning.
 */
export const HINGLISH = `
please: krpya kripya
gone: gaya gayi gaye chuka chuki
thanks: dhanyavad dhanyawad shukriya
you: aap aapke aapka aapki tum tumhare
add: jodo jod daalo dalo daal dal dalde dalna daldo daaldo daldijiye rakho rakh rakhdo
want: chahiye chaiye chahie chahta chahti chahte chaahiye chaahta mangta mangti maangta
apply: lagao lagado lagana laga
show: dikhao dikhaiye dikha dikhado dikhana dikhaye dikhaao dekhna dekhni dekhne dekho dikhayiye
tell: batao bataiye bata batana bataye btao batado
give: dedo dena dijiye dijie dede de dijiyega
make: bana banao banado
about: baare bare
possible: jayega jaayega jayegi
can: sakta sakti sakte
someone: kisi kisise
day: din dino
week: hafte hafta
other: alawa
leave it: rehne rehnedo chhodo chodo
do: karu karun karoon karunga karungi karni karo kardo kar karna kariye krdo kro karke kijiye karein kardijiye
search: dhundo dhoondo dhundho khojo dhund dhoondh
how much: kitna kitne kitni kitnaa
price: daam keemat kimat rate bhav
cheap: sasta saste sasti sastaa
expensive: mehenga mehnga mahanga mehngi mahangi mehnge mahenga
good: accha acha achha acchi achhi badhiya acche achhe badiya mast
buy: kharidna kharido kharid khareedna khareedo kharidni
take: le lena lunga lungi lelo leni lunnga loonga lelunga lo
increase: badha badhao badhado badhaao
reduce: ghata ghatao ghatado
remove: hatao hata hatado hatana hataao nikalo nikal nikaal nikaldo nikalna
red: laal lal
blue: neela neeli neele
black: kala kaala kaali kaale kali
white: safed safaid
green: hara hari hare
yellow: peela peeli
pink: gulabi
brown: bhura bhoora
golden: sunehra sunhera sunehri
purple: baingani jamuni
shoe: joota joote jute juta jutey jooty joota
sandal: chappal
glasses: chashma chasma chashme
watch: ghadi ghari ghadiyan
ring: angoothi anguthi
earring: jhumka jhumke jhumki baali baliyan
necklace: haar
cap: topi
knife: chaku chaaku
pillow: takiya
flower: phool
tea: chai
water: paani
bottle: botal
clothes: kapde kapda kapdey
shirt: kameez
thing: cheez cheezein cheeze saaman samaan saman
color: rang rangon
size: naap
wedding: shaadi shadi vivah
birthday: janamdin
mother: maa mummy
wife: biwi patni
husband: pati
sister: behen behan
where: kahan kaha kidhar
when: kab
what: kya
how: kaise kaisa
which: kaun kaunsa kaunsi konsa konsi kaunse konse
my: mera meri mere hamara apna apni apne
i: mujhe mujko mujhko muje humko hum main
and: aur
or: ya
is: hai hain h hua hui tha thi hoga hogi honge
this: ye yeh yah isko ise iska iske iski isme ismein isse
these: inme inmein inka inki inko
everything: sab sabko saara saare sabhi
that: woh wo usko uska uski
yes: haan han haa haanji ji
no: nahi nahin nai nhi mat
first: pehla pahla pehli pahli pehle pahle
second: doosra dusra doosri dusri doosre dusre
third: teesra tisra teesri tisri teesre
fourth: chautha chauthi
last: aakhri akhri
next: agla agli agle
previous: pichla pichli pichle
both: dono
one: ek wala wali wale waala waali waale
three: teen
four: chaar char
five: paanch panch
less: kam
more: zyada jyada zyaada
very: bahut bohot bahot
most: sabse
little: thoda thodi thode
only: sirf bas keval
new: naya nayi naye
big: bada badi bade
small: chota chhota choti chhoti chote
different: alag
now: abhi
today: aaj
tomorrow: kal
fast: jaldi
for: liye
with: saath sath
under: andar neeche niche bheetar
around: lagbhag karib kareeb aaspaas
above: upar uppar
upto: tak
return: wapas vapas wapis lautana lotana lautao
money: paise paisa
hello: namaste namaskar
bye: alvida tata
order: ordar odar
human: insaan insan aadmi
talk: baat baatcheet
help: madad
wrong: galat
broken: toota tuta toot phata kharab
arrive: aayega ayega aayegi ayegi aaega pahunchega milega pahuchega
rupees: rupaye rupay rupye rupaiye rupiya
hundred: sau
thousand: hazar hazaar hajar hajaar
something: kuch kuchh
any: koi
empty: khali khaali
`
