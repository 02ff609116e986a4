/*-------------------------------------------------------------------------
 *
 * catalog.h
 *	  docnum's own tables: where they are, what their columns are called, how
 *	  a row gets in.  No other file opens them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_CATALOG_H
#define DOCNUM_CATALOG_H

#include "access/tableam.h"
#include "utils/rel.h"

typedef enum CatalogTable
{
	CATALOG_DOCUMENT_TYPE,
	CATALOG_COUNTER,
	CATALOG_NUMBER,
	CATALOG_RANGE,
	CATALOG_RESERVATION,
	CATALOG_PRIVILEGE,
	CATALOG_AUDIT_LOG,
	CATALOG_INSTALLATION,
	CATALOG_ATTACHMENT,
	CATALOG_TABLES				/* how many; also "none of them" */
} CatalogTable;

enum
{
	Anum_document_type_document_type = 1,
	Anum_document_type_format,
	Anum_document_type_scope,
	Anum_document_type_allocation,
	Anum_document_type_allow_manual_override,
	Anum_document_type_max_value,
	Anum_document_type_metadata,
	Anum_document_type_created_at,
	Anum_document_type_updated_at,
	Anum_document_type_time_zone,
	Anum_document_type_fiscal_year_start,
	Anum_document_type_reservation_ttl,
	Anum_document_type_chronology,
	Anum_document_type_uniqueness,
	Anum_document_type_early_release,
	Anum_document_type_start_value,
	Anum_document_type_max_length,
	Anum_document_type_allow_reservations,
	Anum_document_type_series,
	Anum_document_type_rate_limit,
	Anum_document_type_rate_interval,
	Anum_document_type_generation,
	Anum_document_type_version,
	Natts_document_type = Anum_document_type_version
};

enum
{
	Anum_counter_counter_id = 1,
	Anum_counter_document_type,
	Anum_counter_scope,
	Anum_counter_generation,
	Anum_counter_first_value,
	Anum_counter_created_at,
	Anum_counter_series,
	Natts_counter = Anum_counter_series
};

enum
{
	Anum_number_counter_id = 1,
	Anum_number_value,
	Anum_number_uniqueness_id,
	Anum_number_issued_at,
	Anum_number_changed_at,
	Anum_number_document_date,
	Anum_number_state,
	Anum_number_document_type,
	Anum_number_document_number,
	Anum_number_metadata,
	Natts_number = Anum_number_metadata
};

enum
{
	Anum_range_counter_id = 1,
	Anum_range_first_value,
	Anum_range_last_value,
	Anum_range_cause,
	Anum_range_reason,
	Anum_range_recorded_at,
	Natts_range = Anum_range_recorded_at
};

enum
{
	Anum_reservation_token = 1,
	Anum_reservation_counter_id,
	Anum_reservation_value,
	Anum_reservation_document_type,
	Anum_reservation_role_name,
	Anum_reservation_role_oid,
	Anum_reservation_reserved_at,
	Anum_reservation_expires_at,
	Anum_reservation_finished_at,
	Anum_reservation_idempotency_key,
	Anum_reservation_document_date,
	Natts_reservation = Anum_reservation_document_date
};

enum
{
	Anum_privilege_role_name = 1,
	Anum_privilege_role_oid,
	Anum_privilege_privilege,
	Anum_privilege_document_type,
	Anum_privilege_granted_by,
	Anum_privilege_granted_at,
	Anum_privilege_grant_id,
	Natts_privilege = Anum_privilege_grant_id
};

enum
{
	Anum_audit_log_id = 1,
	Anum_audit_log_operation,
	Anum_audit_log_document_type,
	Anum_audit_log_document_number,
	Anum_audit_log_old_value,
	Anum_audit_log_new_value,
	Anum_audit_log_user_id,
	Anum_audit_log_ip_address,
	Anum_audit_log_user_agent,
	Anum_audit_log_timestamp,
	Anum_audit_log_metadata,
	Anum_audit_log_session_role,
	Anum_audit_log_acting_role,
	Anum_audit_log_application_name,
	Anum_audit_log_client_address,
	Anum_audit_log_xid,
	Anum_audit_log_counter_id,
	Anum_audit_log_value,
	Natts_audit_log = Anum_audit_log_value
};

enum
{
	Anum_installation_virgin = 1,
	Natts_installation = Anum_installation_virgin
};

enum
{
	Anum_attachment_attachment_id = 1,
	Anum_attachment_target,
	Anum_attachment_document_type,
	Anum_attachment_columns,
	Anum_attachment_at,
	Anum_attachment_on_delete,
	Anum_attachment_attached_by,
	Anum_attachment_attached_at,
	Natts_attachment = Anum_attachment_attached_at
};

/* States of a number, in the order of the enum docnum.number_state. */
typedef enum NumberState
{
	STATE_RESERVED,
	STATE_CONFIRMED,
	STATE_CANCELLED,
	STATE_EXPIRED,
	STATE_VOIDED,
	STATE_IMPORTED,
	STATE_EXTERNAL,
	NUMBER_STATES
} NumberState;

/* Says of a row that is in, but not for good, whether it may stay. */
typedef bool (*CatalogConfirm) (TupleTableSlot *slot, void *arg);

extern const char *const catalog_state_names[NUMBER_STATES];

extern void catalog_init(void);
extern Relation catalog_open(CatalogTable table, LOCKMODE mode);
extern Relation catalog_open_index(Relation table, AttrNumber leading, bool partial,
								   LOCKMODE mode);
extern Oid	catalog_table_oid(CatalogTable table);
extern CatalogTable catalog_identify(Relation table);
extern Oid	catalog_extension_owner(void);
extern int64 catalog_next_audit_id(void);
extern Oid	catalog_state_oid(NumberState state);
extern NumberState catalog_state_from_oid(Oid state);

extern void catalog_insert(Relation table, TupleTableSlot *slot);
extern bool catalog_insert_unless_taken(Relation table, TupleTableSlot *slot,
										AttrNumber leading, CatalogConfirm confirm,
										void *arg);
extern int	catalog_insert_many(Relation table, TupleTableSlot **slots, int count,
								AttrNumber leading, struct BulkInsertStateData *bulk);
extern void catalog_update(Relation table, TupleTableSlot *old, TupleTableSlot *slot);
extern void catalog_delete(Relation table, ItemPointer tid);

/* Counts what caches must know: it moves whenever the rows may have changed. */
extern uint64 catalog_definitions_version(void);
extern uint64 catalog_privileges_version(void);
extern uint64 catalog_ranges_version(void);
extern uint64 catalog_attachments_version(void);
extern void catalog_definitions_changed(void);
extern void catalog_privileges_changed(void);
extern void catalog_ranges_changed(void);
extern void catalog_attachments_changed(void);

#endif							/* DOCNUM_CATALOG_H */
