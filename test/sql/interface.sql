-- interface: names, arguments, defaults, results and properties of everything
-- that callers depend on.  A line of the result that goes or changes is a
-- broken promise; arguments and columns may be added at the end.

\pset format unaligned
\pset tuples_only on
SET search_path = public;

-- functions: how each is called
SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ')'
FROM pg_proc p
WHERE p.proname LIKE 'docnum\_%' AND p.pronamespace = 'public'::regnamespace
ORDER BY p.proname, p.oid::regprocedure::text COLLATE "C";

-- what each returns
SELECT p.oid::regprocedure, pg_get_function_result(p.oid)
FROM pg_proc p
WHERE p.proname LIKE 'docnum\_%' AND p.pronamespace = 'public'::regnamespace
ORDER BY p.proname, p.oid::regprocedure::text COLLATE "C";

-- volatility (v, s), parallel safety (u: unsafe), rows of those that return one;
-- NULL arguments get an error of docnum's own, so none is STRICT, and none runs
-- with the rights of its owner
SELECT p.oid::regprocedure, p.provolatile, p.proparallel, nullif(p.prorows, 0) = 1,
	p.proisstrict OR p.prosecdef OR p.proleakproof AS wrong
FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
	JOIN pg_extension e ON e.oid = d.refobjid AND d.deptype = 'e' AND e.extname = 'docnum'
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- EXECUTE stays with PUBLIC, except for the trigger function
SELECT p.oid::regprocedure
FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
	JOIN pg_extension e ON e.oid = d.refobjid AND d.deptype = 'e' AND e.extname = 'docnum'
WHERE NOT has_function_privilege('public', p.oid, 'EXECUTE')
ORDER BY 1;

-- every function, table, view and type explains itself
SELECT pg_describe_object(d.classid, d.objid, 0)
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'docnum'
WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
	AND (d.classid = 'pg_proc'::regclass
		OR d.classid = 'pg_namespace'::regclass
		OR d.classid = 'pg_class'::regclass AND
			(SELECT relkind FROM pg_class WHERE oid = d.objid) IN ('r', 'v')
		OR d.classid = 'pg_type'::regclass AND
			(SELECT typtype FROM pg_type WHERE oid = d.objid) = 'e')
	AND coalesce(obj_description(d.objid, d.classid::regclass::text), '') = ''
ORDER BY 1;

-- tables and view: columns
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
	CASE WHEN a.attnotnull THEN 'NOT NULL' END,
	CASE WHEN a.attcollation = 'pg_catalog."C"'::regcollation THEN 'C' END,
	pg_get_expr(d.adbin, d.adrelid)
FROM pg_class c
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'docnum'::regnamespace AND c.relkind IN ('r', 'v')
ORDER BY c.relname, a.attnum;

-- their keys and limits
SELECT conrelid::regclass, contype, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE connamespace = 'docnum'::regnamespace AND contype IN ('c', 'p', 'u', 'f', 'x')
ORDER BY conrelid::regclass::text, contype, conname;
SELECT indrelid::regclass, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class c ON c.oid = indrelid
WHERE c.relnamespace = 'docnum'::regnamespace
ORDER BY indrelid::regclass::text, indexrelid::regclass::text;
SELECT enumlabel FROM pg_enum WHERE enumtypid = 'docnum.number_state'::regtype ORDER BY enumsortorder;

-- who may read: row-level security, SELECT to all, nothing else to anybody
SELECT relname, relkind, relrowsecurity, reloptions,
	array(SELECT CASE grantee WHEN 0 THEN 'public' ELSE 'owner' END || ' ' || privilege_type
		FROM aclexplode(relacl) WHERE grantee <> relowner) AS granted
FROM pg_class
WHERE relnamespace = 'docnum'::regnamespace AND relkind IN ('r', 'v', 'S')
ORDER BY relname;
SELECT tablename, policyname, cmd, roles, permissive FROM pg_policies WHERE schemaname = 'docnum' ORDER BY 1, 2;

-- guards: for rows and for TRUNCATE, always
SELECT tgrelid::regclass, tgname, tgenabled, tgtype, tgfoid::regproc
FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
WHERE c.relnamespace = 'docnum'::regnamespace AND NOT tgisinternal
ORDER BY c.relname, tgname;

-- what pg_dump takes along
SELECT config.relation::regclass, nullif(config.condition, '')
FROM pg_extension, unnest(extconfig, extcondition) AS config (relation, condition)
WHERE extname = 'docnum' ORDER BY config.relation::regclass::text;

-- settings; what a build for tests adds is not among them
\set VERBOSITY sqlstate
SELECT docnum_preview('unknown');
SELECT name, boot_val, unit, context, vartype, min_val, max_val, short_desc <> '' AND extra_desc <> ''
FROM pg_settings WHERE name LIKE 'docnum.%' AND name NOT LIKE 'docnum.debug%' ORDER BY name;
SHOW docnum.lock_timeout;
SHOW docnum.reservation_ttl;
SET docnum.unknown = 1;
SET docnum.lock_timeout = -1;
SET docnum.reservation_ttl = 0;
CREATE ROLE regress_docnum_clerk;
SET ROLE regress_docnum_clerk;
SET docnum.durable = off;
SET docnum.lock_timeout = '1min';
SET docnum.reservation_ttl = '2h';
SET docnum.user_id = 'u42';
SHOW docnum.lock_timeout;
RESET ROLE;
DROP ROLE regress_docnum_clerk;
