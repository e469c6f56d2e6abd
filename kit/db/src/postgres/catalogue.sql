-- What of the tables, the roles and their rights would let one tenant's rows be seen or changed by another: a line each.
-- $1: the policy's expression for tables of tenants, $2: for placements, both without blanks.
WITH own AS (
    SELECT c.oid, c.relname, c.relkind, c.relowner, c.relrowsecurity, c.relforcerowsecurity, n.nspname,
        n.nspname || '.' || c.relname AS name, a.attnum AS tenant, a.atttypid, a.attnotnull
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE n.nspname IN ('tenant', 'platform', 'shard') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
), kept AS (
    SELECT * FROM own
    WHERE nspname IN ('tenant', 'shard') AND relkind IN ('r', 'p') AND name <> 'shard.schema_migrations'
)
SELECT format('the table %s has no tenant_id of type uuid that is never null', name) FROM kept
WHERE tenant IS NULL OR atttypid <> 'uuid'::regtype OR NOT attnotnull
UNION ALL
SELECT format('the table %s is not held to row-level security', name) FROM kept
WHERE NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL
SELECT format('the table %s has another policy than the tenant''s', name) FROM kept
WHERE (
    SELECT count(*) FROM pg_policy AS p
    -- The owner may list whom a database has.
    WHERE p.polrelid = kept.oid AND NOT (nspname = 'shard' AND p.polcmd = 'r' AND p.polroles = ARRAY[relowner])
) <> 1 OR NOT EXISTS (
    SELECT FROM pg_policy AS p
    WHERE p.polrelid = kept.oid AND p.polpermissive AND p.polcmd = '*' AND p.polroles = '{0}'
      AND regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\s', '', 'g')
          = CASE nspname WHEN 'tenant' THEN $1 ELSE $2 END
      AND regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), '\s', '', 'g')
          = CASE nspname WHEN 'tenant' THEN $1 ELSE $2 END)
UNION ALL
SELECT format('the key %s of %s does not begin with tenant_id', i.indexrelid::regclass, name)
FROM kept JOIN pg_index AS i ON i.indrelid = kept.oid
WHERE i.indisunique AND i.indkey[0] IS DISTINCT FROM tenant
UNION ALL
SELECT format('the foreign key %s of %s may reach another tenant''s row', f.conname, name)
FROM kept JOIN pg_constraint AS f ON f.conrelid = kept.oid AND f.contype = 'f'
WHERE NOT EXISTS (
    SELECT FROM unnest(f.conkey, f.confkey) AS pair (here, there)
    JOIN pg_attribute AS a ON a.attrelid = f.confrelid AND a.attnum = pair.there AND a.attname = 'tenant_id'
    WHERE pair.here = tenant)
UNION ALL
SELECT format('%s is a view or a foreign table, which row-level security does not hold', name) FROM own
WHERE relkind IN ('v', 'm', 'f')
UNION ALL
SELECT format('the function %s runs with its owner''s rights', p.oid::regprocedure) FROM pg_proc AS p
WHERE p.pronamespace::regnamespace::text IN ('tenant', 'platform', 'shard') AND p.prosecdef
UNION ALL
SELECT format('the role that serves owns %s', name) FROM own WHERE pg_has_role(current_user, relowner, 'MEMBER')
UNION ALL
SELECT format('the role that serves owns the schema %s', nspname) FROM pg_namespace
WHERE nspname IN ('tenant', 'platform', 'shard') AND pg_has_role(current_user, nspowner, 'MEMBER')
UNION ALL
SELECT format('the role that serves may empty %s or hang triggers and keys on it', name) FROM own
WHERE has_table_privilege(current_user, oid, 'TRUNCATE, REFERENCES, TRIGGER')
  AND NOT pg_has_role(current_user, relowner, 'MEMBER')
UNION ALL
SELECT format('the role that serves is, or may become, %I, which row-level security does not hold', rolname)
FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER')
