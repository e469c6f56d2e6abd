-- A checkout of three lines, statement for statement as modules/commerce and the journal do it. The words in capitals
-- between @ are filled in by the benchmark. Cart n belongs to tenant n % @TENANTS@; `i` counts a client's transactions.
\set i :i + 1
\set n :first + :i * 16 + :client_id
\set tenant :n % @TENANTS@ + 1
\set product (:n * @STRIDE@) % @FIRST_PRODUCTS@ + 1
\set quantity 1
BEGIN;
SELECT set_config('app.tenant_id', (ARRAY[@TENANT_IDS@])[:tenant::int], true) AS bound,
    (ARRAY[@SITE_IDS@])[:tenant::int] AS site,
    sha256(convert_to(lpad(:n::bigint::text, 42, 'A') || 'A', 'UTF8')) AS token_hash,
    sha256(convert_to(:n::bigint::text, 'UTF8')) AS order_hash,
    '@CART_START@' || lpad(to_hex(:n::bigint), 12, '0') AS cart,
    gen_random_uuid() AS order_id,
    (ARRAY[@VARIANT_IDS@])[:product::int] AS variant1,
    (ARRAY[@VARIANT_IDS@])[:product::int + 1] AS variant2,
    (ARRAY[@VARIANT_IDS@])[:product::int + 2] AS variant3 \gset
UPDATE carts SET updated_at = now() WHERE token_hash = :token_hash AND site_id = :site;
DELETE FROM cart_lines WHERE cart_id = (
    SELECT c.id FROM carts c WHERE c.token_hash = :token_hash AND c.site_id = :site
        AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = c.id))
RETURNING cart_id, variant_id, quantity, added_at;
UPDATE variants SET stock = CASE WHEN tracked THEN stock - :quantity ELSE stock END
WHERE id = :variant1 AND (stock >= :quantity OR backorder OR NOT tracked);
UPDATE variants SET stock = CASE WHEN tracked THEN stock - :quantity ELSE stock END
WHERE id = :variant2 AND (stock >= :quantity OR backorder OR NOT tracked);
UPDATE variants SET stock = CASE WHEN tracked THEN stock - :quantity ELSE stock END
WHERE id = :variant3 AND (stock >= :quantity OR backorder OR NOT tracked);
SELECT v.id, v.product_id, p.slug, p.title, CASE WHEN v.option1 IS NOT NULL THEN v.title END, v.sku,
    (SELECT i.url FROM product_images i WHERE i.product_id = v.product_id
     ORDER BY CASE WHEN i.variant_id = v.id THEN 0 ELSE 1 END, i.position LIMIT 1),
    v.price, v.currency, v.stock, v.tracked, v.backorder, p.status = 'active'
FROM variants v JOIN products p ON p.id = v.product_id
WHERE v.id IN (:variant1, :variant2, :variant3, :variant3) ORDER BY v.id;
UPDATE counters SET value = value + 1 WHERE name = 'orders' RETURNING value AS number \gset
INSERT INTO orders (id, number, cart_id, site_id, token_hash, status, payment_status, payment_method,
    currency, subtotal, shipping, total, contact_name, phone, email, address, note, placed_at, version)
VALUES (:order_id, :number, :cart, :site, :order_hash, 'pending', 'pending', 'cash_on_delivery',
    'BDT', 207000, 0, 207000, 'Farhana Akter', '+8801711000000', 'farhana@example.com',
    '{"line1":"House 12, Road 5","line2": null,"city":"Dhaka","region": null,"postcode":"1209","country":"Bangladesh"}',
    NULL, now(), 1);
INSERT INTO order_lines (order_id, position, product_id, variant_id, sku, title, variant_title, image,
    unit_price, quantity, total)
VALUES (:order_id, 0, :variant1, :variant1, 'SKU-1', 'Product 1', NULL, 'https://pictures.example/1.jpg', 69000, :quantity, 69000);
INSERT INTO order_lines (order_id, position, product_id, variant_id, sku, title, variant_title, image,
    unit_price, quantity, total)
VALUES (:order_id, 1, :variant2, :variant2, 'SKU-2', 'Product 2', NULL, 'https://pictures.example/2.jpg', 69000, :quantity, 69000);
INSERT INTO order_lines (order_id, position, product_id, variant_id, sku, title, variant_title, image,
    unit_price, quantity, total)
VALUES (:order_id, 2, :variant3, :variant3, 'SKU-3', 'Product 3', NULL, 'https://pictures.example/3.jpg', 69000, :quantity, 69000);
INSERT INTO jobs (id, kind, data, state, due_at, attempts, max_attempts, unique_key, progress_done, created_at)
VALUES (gen_random_uuid(), 'mail.send', convert_to('@LETTER@', 'UTF8'), 'waiting', now(), 0, 16, NULL, 0, now()) ON CONFLICT DO NOTHING;
INSERT INTO jobs (id, kind, data, state, due_at, attempts, max_attempts, unique_key, progress_done, created_at)
VALUES (gen_random_uuid(), 'mail.send', convert_to('@LETTER@', 'UTF8'), 'waiting', now(), 0, 16, NULL, 0, now()) ON CONFLICT DO NOTHING;
UPDATE journal_head SET seq = seq + 1 RETURNING seq AS seq, hash AS hash \gset
INSERT INTO journal (seq, at, actor, kind, subject, data, digest, hash)
VALUES (:seq, now(), 'visitor', 'order.placed', :order_id::text,
    '{"order":"ord_01jx2m8m8sfkv9v5h3s0q8y6zd","number": 1,"site":"sit_01jx2m8m8sfkv9v5h3s0q8y6zd","total":{"amount": 207000,"currency":"BDT"},"lines": 3}',
    :order_hash, :hash);
UPDATE journal_head SET hash = :order_hash;
COMMIT;
