"""The fraud desk: traces of votes, flags, cases, voided ballots."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


FINAL = ("voting_fraud_note", "voting_void", "voting_void_restored")
MESSAGE = "the fraud desk is append-only"


def json():
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade():
    op.add_column("register_entry", sa.Column("masked_year", sa.Integer(), nullable=True))
    op.create_table('voting_fraud_settings',
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('thresholds', json(), nullable=False),
    sa.Column('shared', json(), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycles_cycle.id'], name=op.f('fk_voting_fraud_settings_cycle_id')),
    sa.PrimaryKeyConstraint('cycle_id', name=op.f('pk_voting_fraud_settings'))
    )
    op.create_table('voting_trace',
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('sealed', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycles_cycle.id'], name=op.f('fk_voting_trace_cycle_id')),
    sa.PrimaryKeyConstraint('cycle_id', 'name', name=op.f('pk_voting_trace')),
    sqlite_with_rowid=False
    )
    op.create_table('voting_fraud_case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('assignee_id', sa.Integer(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('open', 'watching', 'proposed', 'dismissed', 'voided')", name=op.f('ck_voting_fraud_case_state')),
    sa.ForeignKeyConstraint(['assignee_id'], ['accounts_person.id'], name=op.f('fk_voting_fraud_case_assignee_id')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycles_cycle.id'], name=op.f('fk_voting_fraud_case_cycle_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voting_fraud_case'))
    )
    with op.batch_alter_table('voting_fraud_case', schema=None) as batch_op:
        batch_op.create_index('ix_voting_fraud_case_cycle', ['cycle_id', 'state'], unique=False)

    op.create_table('voting_void_restored',
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('ballot_key', sa.String(), nullable=False),
    sa.Column('through', sa.Integer(), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('approved_by', sa.Integer(), nullable=False),
    sa.CheckConstraint('approved_by <> proposed_by', name=op.f('ck_voting_void_restored_four_eyes')),
    sa.ForeignKeyConstraint(['approved_by'], ['accounts_person.id'], name=op.f('fk_voting_void_restored_approved_by')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycles_cycle.id'], name=op.f('fk_voting_void_restored_cycle_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['accounts_person.id'], name=op.f('fk_voting_void_restored_proposed_by')),
    sa.PrimaryKeyConstraint('cycle_id', 'ballot_key', 'through', name=op.f('pk_voting_void_restored')),
    sqlite_with_rowid=False
    )
    op.create_table('voting_fraud_flag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=False),
    sa.Column('figures', json(), nullable=False),
    sa.Column('members', sa.String(), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("severity IN ('low', 'medium', 'high')", name=op.f('ck_voting_fraud_flag_severity')),
    sa.ForeignKeyConstraint(['case_id'], ['voting_fraud_case.id'], name=op.f('fk_voting_fraud_flag_case_id')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycles_cycle.id'], name=op.f('fk_voting_fraud_flag_cycle_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voting_fraud_flag')),
    sa.UniqueConstraint('cycle_id', 'kind', 'subject', name='uq_voting_fraud_flag_subject')
    )
    with op.batch_alter_table('voting_fraud_flag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_voting_fraud_flag_case_id'), ['case_id'], unique=False)

    op.create_table('voting_fraud_member',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('sealed', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['voting_fraud_case.id'], name=op.f('fk_voting_fraud_member_case_id')),
    sa.PrimaryKeyConstraint('case_id', 'name', name=op.f('pk_voting_fraud_member')),
    sqlite_with_rowid=False
    )
    op.create_table('voting_fraud_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['voting_fraud_case.id'], name=op.f('fk_voting_fraud_note_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['accounts_person.id'], name=op.f('fk_voting_fraud_note_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voting_fraud_note'))
    )
    with op.batch_alter_table('voting_fraud_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_voting_fraud_note_case_id'), ['case_id'], unique=False)

    op.create_table('voting_void',
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('ballot_key', sa.String(), nullable=False),
    sa.Column('through', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('sentence', sa.String(), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('approved_by', sa.Integer(), nullable=False),
    sa.Column('nonce', sa.String(), nullable=False),
    sa.Column('leaf', sa.String(), nullable=False),
    sa.CheckConstraint('approved_by <> proposed_by', name=op.f('ck_voting_void_four_eyes')),
    sa.CheckConstraint('through >= 1', name=op.f('ck_voting_void_through')),
    sa.ForeignKeyConstraint(['approved_by'], ['accounts_person.id'], name=op.f('fk_voting_void_approved_by')),
    sa.ForeignKeyConstraint(['case_id'], ['voting_fraud_case.id'], name=op.f('fk_voting_void_case_id')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycles_cycle.id'], name=op.f('fk_voting_void_cycle_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['accounts_person.id'], name=op.f('fk_voting_void_proposed_by')),
    sa.PrimaryKeyConstraint('cycle_id', 'ballot_key', 'through', name=op.f('pk_voting_void')),
    sa.UniqueConstraint('leaf', name=op.f('uq_voting_void_leaf')),
    sqlite_with_rowid=False
    )

    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(
            "CREATE FUNCTION refuse_voting_fraud() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '23000'; END $$"
        )
    for table in FINAL:
        for operation in ("UPDATE", "DELETE"):
            body = (
                "EXECUTE FUNCTION refuse_voting_fraud()"
                if postgres
                else f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
            op.execute(
                f"CREATE TRIGGER protect_{table}_{operation.lower()} BEFORE {operation} "
                f"ON {table} FOR EACH ROW {body}"
            )


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        for table in FINAL:
            for operation in ("update", "delete"):
                op.execute(f"DROP TRIGGER protect_{table}_{operation} ON {table}")
        op.execute("DROP FUNCTION refuse_voting_fraud()")
    op.drop_table('voting_void')
    with op.batch_alter_table('voting_fraud_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_voting_fraud_note_case_id'))

    op.drop_table('voting_fraud_note')
    op.drop_table('voting_fraud_member')
    with op.batch_alter_table('voting_fraud_flag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_voting_fraud_flag_case_id'))

    op.drop_table('voting_fraud_flag')
    op.drop_table('voting_void_restored')
    with op.batch_alter_table('voting_fraud_case', schema=None) as batch_op:
        batch_op.drop_index('ix_voting_fraud_case_cycle')

    op.drop_table('voting_fraud_case')
    op.drop_table('voting_trace')
    op.drop_table('voting_fraud_settings')
    op.drop_column("register_entry", "masked_year")
