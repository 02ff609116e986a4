/*-------------------------------------------------------------------------
 *
 * privilege.c
 *	  Who may do what: docnum's own grants, asked at every door.
 *
 * A role may do what was granted to it or to a role whose privileges it has,
 * on the document type or on all.  Superusers and the extension's owner may
 * all.  The role's oid decides, not its name: a renamed role keeps its grants,
 * a new role of an old name inherits none.
 *
 * The answers are remembered until grants, roles or memberships change.
 *
 * Locks: AccessShareLock on the table of grants while it is read.
 * Memory: grants and answers live in a context below CacheMemoryContext, which
 * is thrown away as a whole.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "docnum.h"
#include "document_type.h"
#include "format.h"
#include "privilege.h"

const char *const privilege_names[PRIVILEGES] = {
	[PRIVILEGE_USE] = "use",
	[PRIVILEGE_OVERRIDE] = "override",
	[PRIVILEGE_VOID] = "void",
	[PRIVILEGE_ADMIN] = "admin",
	[PRIVILEGE_AUDIT] = "audit",
};

typedef struct Grant
{
	Oid			role;
	Privilege	privilege;
	char	   *document_type;	/* NULL: all */
} Grant;

typedef struct Answer
{
	struct
	{
		Oid			role;
		Privilege	privilege;
		char		document_type[FORMAT_TYPE_BYTES + 1];	/* zero-padded */
	}			key;
	bool		granted;
} Answer;

/* Answers remembered at most; a role can ask about any name. */
#define ANSWER_LIMIT 1000

static MemoryContext grants_context = NULL;
static Grant *grants = NULL;
static int	ngrants = 0;
static HTAB *answers = NULL;
static uint64 loaded_grants = 0;	/* catalog_privileges_version when read */
static uint64 roles_version = 1;
static uint64 loaded_roles = 0;

static void
roles_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	roles_version++;
}

void
privilege_init(void)
{
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, roles_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, roles_changed, (Datum) 0);
}

/*
 * privilege_from_name finds the privilege of that name.
 */
bool
privilege_from_name(const char *name, size_t bytes, Privilege *privilege)
{
	for (int i = 0; i < PRIVILEGES; i++)
	{
		if (strlen(privilege_names[i]) == bytes &&
			strncmp(privilege_names[i], name, bytes) == 0)
		{
			*privilege = (Privilege) i;
			return true;
		}
	}
	return false;
}

/*
 * read_grants reads the table of grants with the newest snapshot.
 */
static void
read_grants(void)
{
	Relation	rel = catalog_open(CATALOG_PRIVILEGE, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;
	int			size = 16;

	grants = MemoryContextAlloc(grants_context, size * sizeof(Grant));
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Datum		values[Natts_privilege];
		bool		isnull[Natts_privilege];
		char	   *name;
		Grant	   *grant;

		heap_deform_tuple(tuple, RelationGetDescr(rel), values, isnull);
		name = TextDatumGetCString(values[Anum_privilege_privilege - 1]);
		if (ngrants == size)
			grants = repalloc_array(grants, Grant, size *= 2);
		grant = &grants[ngrants];
		grant->role = DatumGetObjectId(values[Anum_privilege_role_oid - 1]);
		grant->document_type = isnull[Anum_privilege_document_type - 1] ? NULL :
			MemoryContextStrdup(grants_context,
								TextDatumGetCString(values[Anum_privilege_document_type - 1]));
		if (privilege_from_name(name, strlen(name), &grant->privilege))
			ngrants++;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/*
 * refresh makes sure that grants and answers are the newest.
 */
static void
refresh(void)
{
	HASHCTL		control = {0};

	if (answers != NULL && loaded_roles == roles_version &&
		loaded_grants == catalog_privileges_version() &&
		hash_get_num_entries(answers) < ANSWER_LIMIT)
		return;

	if (grants_context == NULL)
		grants_context = AllocSetContextCreate(CacheMemoryContext, "docnum grants",
											   ALLOCSET_DEFAULT_SIZES);
	else
		MemoryContextReset(grants_context);
	answers = NULL;				/* in case reading fails */
	grants = NULL;
	ngrants = 0;
	loaded_roles = roles_version;
	loaded_grants = catalog_privileges_version();
	read_grants();

	control.keysize = sizeof(((Answer *) 0)->key);
	control.entrysize = sizeof(Answer);
	control.hcxt = grants_context;
	answers = hash_create("docnum privileges", 64, &control,
						  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * is_granted looks through the grants.
 */
static bool
is_granted(Oid role, Privilege privilege, const char *document_type)
{
	for (int i = 0; i < ngrants; i++)
	{
		const Grant *grant = &grants[i];

		if (grant->privilege != privilege || !OidIsValid(grant->role))
			continue;
		if (grant->document_type != NULL &&
			(document_type == NULL || strcmp(grant->document_type, document_type) != 0))
			continue;
		if (SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(grant->role)) &&
			has_privs_of_role(role, grant->role))
			return true;
	}
	return false;
}

/*
 * privilege_has: may the role exercise the privilege on the document type
 * (NULL: on all of them)?
 */
bool
privilege_has(Oid role, Privilege privilege, const char *document_type)
{
	Answer	   *answer;
	Answer		question;
	bool		found;

	if (superuser_arg(role) || has_privs_of_role(role, catalog_extension_owner()))
		return true;
	if (document_type != NULL && strlen(document_type) > FORMAT_TYPE_BYTES)
		return false;

	AcceptInvalidationMessages();
	refresh();
	memset(&question, 0, sizeof(question));
	question.key.role = role;
	question.key.privilege = privilege;
	strlcpy(question.key.document_type, document_type ? document_type : "",
			sizeof(question.key.document_type));
	answer = hash_search(answers, &question.key, HASH_FIND, NULL);
	if (answer == NULL)
	{
		bool		granted = is_granted(role, privilege, document_type);

		answer = hash_search(answers, &question.key, HASH_ENTER, &found);
		answer->granted = granted;
	}
	return answer->granted;
}

/*
 * privilege_has_any: may the role exercise the privilege on any type at all?
 */
bool
privilege_has_any(Oid role, Privilege privilege)
{
	if (superuser_arg(role) || has_privs_of_role(role, catalog_extension_owner()))
		return true;
	refresh();
	for (int i = 0; i < ngrants; i++)
	{
		if (grants[i].privilege == privilege && OidIsValid(grants[i].role) &&
			SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(grants[i].role)) &&
			has_privs_of_role(role, grants[i].role))
			return true;
	}
	return false;
}

/*
 * privilege_check raises 42501 unless the current role may.
 */
void
privilege_check(Privilege privilege, const char *document_type)
{
	if (privilege_has(GetUserId(), privilege, document_type))
		return;
	if (document_type == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied: \"%s\" on all document types is needed",
						privilege_names[privilege]),
				 errdetail("Role \"%s\" has no such grant of docnum.",
						   GetUserNameFromId(GetUserId(), false)),
				 errhint("An administrator can give it: docnum_grant(%s, '%s').",
						 quote_literal_cstr(GetUserNameFromId(GetUserId(), false)),
						 privilege_names[privilege])));
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied: \"%s\" on document type \"%s\" is needed",
					privilege_names[privilege], document_type),
			 errdetail("Role \"%s\" has no such grant of docnum.",
					   GetUserNameFromId(GetUserId(), false)),
			 errhint("An administrator can give it: docnum_grant(%s, '%s', %s).",
					 quote_literal_cstr(GetUserNameFromId(GetUserId(), false)),
					 privilege_names[privilege], quote_literal_cstr(document_type))));
}

/*
 * has_one_of: does the current role have one of these privileges, separated by
 * commas?  Sets the first of them, for the error message.
 */
static bool
has_one_of(const char *names, const char *document_type, Privilege *first)
{
	*first = PRIVILEGE_ADMIN;
	for (const char *name = names; name != NULL;)
	{
		const char *comma = strchr(name, ',');
		Privilege	privilege;

		if (privilege_from_name(name, comma ? (size_t) (comma - name) : strlen(name),
								&privilege))
		{
			if (privilege_has(GetUserId(), privilege, document_type))
				return true;
			if (name == names)
				*first = privilege;
		}
		name = comma ? comma + 1 : NULL;
	}
	return false;
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_may);
PG_FUNCTION_INFO_V1(docnum_must);

/*
 * docnum.may(privileges text, document_type text) -> boolean: asked by the
 * row-level security policies, for the current role.
 */
Datum
docnum_may(PG_FUNCTION_ARGS)
{
	Privilege	first;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(has_one_of(text_to_cstring(PG_GETARG_TEXT_PP(0)),
							  PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)),
							  &first));
}

/*
 * docnum.must(privileges text, document_type text) -> true, or NB001 or 42501;
 * for functions written in SQL.  No type: on whatever types there may be.
 */
Datum
docnum_must(PG_FUNCTION_ARGS)
{
	char	   *privileges;
	char	   *document_type;
	Privilege	first;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	if (PG_ARGISNULL(1))
		PG_RETURN_BOOL(true);
	privileges = text_to_cstring(PG_GETARG_TEXT_PP(0));
	document_type = text_to_cstring(PG_GETARG_TEXT_PP(1));
	(void) document_type_get(document_type);
	if (!has_one_of(privileges, document_type, &first))
		privilege_check(first, document_type);
	PG_RETURN_BOOL(true);
}
