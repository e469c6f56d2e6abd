-- One product of one tenant, with variants, tags, options and pictures, as modules/commerce reads it.
BEGIN READ ONLY;
SELECT set_config('app.tenant_id', :tenant, true);
SELECT v.id, v.option1, v.option2, v.option3, v.version, v.sku, v.barcode, v.price, v.compare_at,
    v.currency, v.weight_grams, v.stock, v.tracked, v.backorder, v.requires_shipping, v.taxable, v.position,
    p.id, p.slug, p.title, p.vendor, p.product_type, p.status, p.created_at, p.updated_at, p.version,
    CASE WHEN v.position = 0 THEN p.description_html END,
    CASE WHEN v.position = 0 THEN (
        SELECT string_agg(t.tag, E'\x1f') FROM (
            SELECT tag FROM product_tags WHERE product_id = p.id ORDER BY position) t) END,
    CASE WHEN v.position = 0 THEN (
        SELECT string_agg(o.name, E'\x1f') FROM (
            SELECT name FROM product_options WHERE product_id = p.id ORDER BY position) o) END,
    CASE WHEN v.position = 0 THEN (
        SELECT string_agg(
            i.url || E'\x1f' || i.alt || E'\x1f' || coalesce(
                CAST((SELECT w.position FROM variants w WHERE w.id = i.variant_id) AS text), ''),
            E'\x1e')
        FROM (SELECT url, alt, variant_id FROM product_images
              WHERE product_id = p.id ORDER BY position) i) END
FROM products p JOIN variants v ON v.product_id = p.id
WHERE 1 = 1 AND p.slug = :slug
ORDER BY v.position;
COMMIT;
