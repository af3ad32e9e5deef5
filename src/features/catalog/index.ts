export { findProducts, getProduct, listProducts } from './catalog.commands.ts'
export { hasProducts } from './catalog.reads.ts'
export { catalogRoutes } from './catalog.routes.ts'
export { searchProducts } from './catalog.search.ts'
export { productsCollection } from './catalog.store.ts'
export { minorDigits, parsePrice } from './currency.ts'
export { drawImage, picturePath, type ShapeName, shapeFor } from './pictures/picture.ts'
export {
  type ProductInput,
  retireDemoProducts,
  type SavedProducts,
  saveProducts,
  type VariantInput,
} from './save.commands.ts'
export {
  ImportError,
  type ImportProgress,
  type ImportResult,
  importCatalog,
} from './shopify/import.commands.ts'
export { type CatalogVocabulary, catalogVocabulary } from './vocabulary.ts'
export { slugOf } from './words.ts'
