import { refused, theme } from './case-table.ts'

const UNPARSED = refused(9, 'FailedToParse')

theme('$jsonSchema', ({ find }) => {
  const docs = [{ n: 5, s: 'abc', t: ['x', 'y'], o: { p: 1 } }, { n: 'five' }, {}]
  const schema = (row: string, $jsonSchema: object, expected: number[]) =>
    find(row, docs, { $jsonSchema }, expected)
  schema('required', { required: ['n'] }, [1, 2])
  schema('bsonType', { properties: { n: { bsonType: 'int' } } }, [1, 3])
  schema('type number', { properties: { n: { type: 'number' } } }, [1, 3])
  schema('minimum', { properties: { n: { minimum: 6 } } }, [2, 3])
  schema('maximum, exclusive', { properties: { n: { maximum: 5, exclusiveMaximum: true } } }, [2, 3])
  schema('minLength', { properties: { s: { minLength: 4 } } }, [2, 3])
  schema('pattern', { properties: { s: { pattern: '^b' } } }, [2, 3])
  schema('enum', { properties: { n: { enum: ['five', 6] } } }, [2, 3])
  schema('items', { properties: { t: { items: { enum: ['x'] } } } }, [2, 3])
  schema('maxItems', { properties: { t: { maxItems: 1 } } }, [2, 3])
  schema('uniqueItems', { properties: { t: { uniqueItems: true } } }, [1, 2, 3])
  schema('nested properties', { properties: { o: { required: ['q'] } } }, [2, 3])
  schema('additionalProperties', { properties: { _id: {}, n: {} }, additionalProperties: false }, [2, 3])
  schema(
    'anyOf',
    { anyOf: [{ required: ['s'] }, { properties: { n: { bsonType: 'string' } }, required: ['n'] }] },
    [1, 2],
  )
  schema('not', { not: { required: ['n'] } }, [3])
  schema('dependencies', { dependencies: { n: ['s'] } }, [1, 3])
  find('an unknown keyword', docs, { $jsonSchema: { foo: 1 } }, UNPARSED)
  find('a keyword that is not supported', docs, { $jsonSchema: { $ref: 'x' } }, UNPARSED)
  find('bsonType of the wrong kind', docs, { $jsonSchema: { bsonType: 5 } }, refused(14, 'TypeMismatch'))
})
