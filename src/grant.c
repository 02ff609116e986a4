/*-------------------------------------------------------------------------
 *
 * grant.c
 *	  docnum_grant and docnum_revoke: who may do what, said by whoever
 *	  administers the document type.
 *
 * Invariant: at most one row for a role, privilege and type.  A grant on all
 * types and one on a single type are two grants.
 *
 * Locks: ShareRowExclusiveLock on the table of grants, so that two calls do
 * not write the same grant.
 * Memory: current context.
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
#include "utils/fmgroids.h"
#include "utils/syscache.h"

#include "audit.h"
#include "catalog.h"
#include "docnum.h"
#include "document_type.h"
#include "face.h"
#include "lock_wait.h"
#include "privilege.h"
#include "settings.h"

/* What is granted or revoked. */
typedef struct GrantRequest
{
	const char *role_name;
	Oid			role;			/* InvalidOid: no such role (any more) */
	Privilege	privilege;
	const char *document_type;	/* NULL: all */
} GrantRequest;

/*
 * is_grant: is the row that grant?  stale_too: also one to a role of that name
 * that is gone, or that a restore did not find; it gives nobody anything.
 */
static bool
is_grant(const GrantRequest *request, bool stale_too,
		 const Datum *values, const bool *isnull)
{
	Oid			role = DatumGetObjectId(values[Anum_privilege_role_oid - 1]);

	if (!OidIsValid(request->role) || role != request->role)
	{
		/* A row of that name is meant only where its role is gone. */
		if (!stale_too ||
			SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(role)) ||
			strcmp(TextDatumGetCString(values[Anum_privilege_role_name - 1]),
				   request->role_name) != 0)
			return false;
	}
	if (strcmp(TextDatumGetCString(values[Anum_privilege_privilege - 1]),
			   privilege_names[request->privilege]) != 0)
		return false;
	if (isnull[Anum_privilege_document_type - 1] || request->document_type == NULL)
		return isnull[Anum_privilege_document_type - 1] && request->document_type == NULL;
	return strcmp(TextDatumGetCString(values[Anum_privilege_document_type - 1]),
				  request->document_type) == 0;
}

/*
 * find_grant copies the row of a grant into slot; false if there is none.
 */
static bool
find_grant(Relation rel, const GrantRequest *request, bool stale_too, TupleTableSlot *slot)
{
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;
	bool		found = false;

	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Datum		values[Natts_privilege];
		bool		isnull[Natts_privilege];

		heap_deform_tuple(tuple, RelationGetDescr(rel), values, isnull);
		found = is_grant(request, stale_too, values, isnull);
		if (found)
			ExecForceStoreHeapTuple(heap_copytuple(tuple), slot, false);
	}
	systable_endscan(scan);
	return found;
}

/*
 * open_grants opens the table of grants so that nobody else changes it.
 */
static void
open_grants(void *arg)
{
	*(Relation *) arg = catalog_open(CATALOG_PRIVILEGE, ShareRowExclusiveLock);
}

/*
 * lock_grants does so within docnum.lock_timeout, and makes sure that the type
 * is still there and the role may still administer it.
 */
static Relation
lock_grants(const GrantRequest *request)
{
	Relation	rel;

	if (!lock_wait_bounded(open_grants, &rel))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
				 errmsg("docnum's grants cannot be changed now"),
				 errdetail("Waited %d ms for a transaction that changes them.",
						   settings_lock_timeout),
				 errhint("Try again when it has ended; docnum.lock_timeout sets how long to wait.")));
	if (request->document_type)
		(void) document_type_get(request->document_type);
	privilege_check(PRIVILEGE_ADMIN, request->document_type);
	return rel;
}

/*
 * grant_give writes a grant; false if it was there already.
 */
static bool
grant_give(const GrantRequest *request)
{
	Relation	rel = lock_grants(request);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	AuditIntent intent = {"GRANT", GetCurrentTimestamp(), NULL, NULL};
	bool		given = !find_grant(rel, request, false, slot);

	if (given)
	{
		ExecClearTuple(slot);
		memset(slot->tts_isnull, false, Natts_privilege * sizeof(bool));
		slot->tts_values[Anum_privilege_role_name - 1] = CStringGetTextDatum(request->role_name);
		slot->tts_values[Anum_privilege_role_oid - 1] = ObjectIdGetDatum(request->role);
		slot->tts_values[Anum_privilege_privilege - 1] =
			CStringGetTextDatum(privilege_names[request->privilege]);
		if (request->document_type)
			slot->tts_values[Anum_privilege_document_type - 1] =
				CStringGetTextDatum(request->document_type);
		else
			slot->tts_isnull[Anum_privilege_document_type - 1] = true;
		slot->tts_values[Anum_privilege_granted_by - 1] =
			CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
		slot->tts_values[Anum_privilege_granted_at - 1] = TimestampTzGetDatum(intent.at);
		slot->tts_values[Anum_privilege_grant_id - 1] = OidFunctionCall0(F_GEN_RANDOM_UUID);
		ExecStoreVirtualTuple(slot);
		catalog_insert(rel, slot);
		audit_inserted(rel, slot, &intent);
		CommandCounterIncrement();
	}
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return given;
}

/*
 * grant_take deletes a grant; false if there was none.
 */
static bool
grant_take(const GrantRequest *request)
{
	Relation	rel = lock_grants(request);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	AuditIntent intent = {"REVOKE", GetCurrentTimestamp(), NULL, NULL};
	bool		taken = find_grant(rel, request, true, slot);

	if (taken)
	{
		catalog_delete(rel, &slot->tts_tid);
		audit_deleted(rel, slot, &intent);
		CommandCounterIncrement();
	}
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return taken;
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_grant);
PG_FUNCTION_INFO_V1(docnum_revoke);

/*
 * read_request decodes and checks the arguments of both.
 */
static void
read_request(FunctionCallInfo fcinfo, bool role_must_exist, GrantRequest *request)
{
	char	   *privilege = face_text(fcinfo, 1, "privilege");

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("role must not be null"),
				 errdetail("role is a required argument of the function."),
				 errhint("Give the name of a role.")));
	request->role_name = pstrdup(NameStr(*PG_GETARG_NAME(0)));
	request->document_type = face_optional_text(fcinfo, 2);
	if (request->document_type)
		(void) document_type_get(request->document_type);
	privilege_check(PRIVILEGE_ADMIN, request->document_type);
	if (!privilege_from_name(privilege, strlen(privilege), &request->privilege))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no privilege of docnum", privilege),
				 errdetail("Role: \"%s\".", request->role_name),
				 errhint("The privileges are use, override, void, admin and audit.")));
	request->role = get_role_oid(request->role_name, !role_must_exist);
}

/*
 * docnum_grant(role, privilege, document_type) -> boolean
 */
Datum
docnum_grant(PG_FUNCTION_ARGS)
{
	GrantRequest request;

	face_begin_write("docnum_grant()");
	read_request(fcinfo, true, &request);
	PG_RETURN_BOOL(grant_give(&request));
}

/*
 * docnum_revoke(role, privilege, document_type) -> boolean
 */
Datum
docnum_revoke(PG_FUNCTION_ARGS)
{
	GrantRequest request;

	face_begin_write("docnum_revoke()");
	read_request(fcinfo, false, &request);
	PG_RETURN_BOOL(grant_take(&request));
}
