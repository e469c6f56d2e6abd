//! What a snapshot says of itself: the beginning of its file, which anybody may read and nobody can change.

use std::io::{self, Read};

use serde::Serialize;
use stoa_core::{Id, TenantId, Timestamp, id_prefix};
use uuid::Uuid;

type SnapshotId = Id<{ id_prefix("snp") }>;

/// The first bytes of every snapshot; the number is that of the layout.
const MAGIC: [u8; 16] = *b"stoa snapshot 1\n";

/// A copy of a tenant's store, as it was at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    #[serde(rename = "snapshot")]
    id: SnapshotId,
    #[serde(skip)]
    pub tenant: TenantId,
    pub taken_at: Timestamp,
}

/// The magic, the tenant's id, the instant in microseconds, and an id of its own.
pub(super) type Header = [u8; 56];

impl Snapshot {
    pub(super) fn new(tenant: TenantId, taken_at: Timestamp) -> Self {
        Self {
            id: SnapshotId::new(taken_at),
            tenant,
            taken_at,
        }
    }

    /// Reads the beginning of a file; none when it is no snapshot.
    pub fn read(file: &mut impl Read) -> io::Result<Option<Self>> {
        let mut header = [0; 56];
        match file.read_exact(&mut header) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        Ok(Self::parse(&header))
    }

    pub(super) fn header(&self) -> Header {
        let mut header = [0; 56];
        let (tenant, id) = (self.tenant.uuid(), self.id.uuid());
        let parts = MAGIC
            .into_iter()
            .chain(*tenant.as_bytes())
            .chain(self.taken_at.as_micros().to_be_bytes())
            .chain(*id.as_bytes());
        for (place, byte) in header.iter_mut().zip(parts) {
            *place = byte;
        }
        header
    }

    fn parse(header: &Header) -> Option<Self> {
        let (magic, rest) = header.split_first_chunk::<16>()?;
        let (tenant, rest) = rest.split_first_chunk::<16>()?;
        let (taken_at, rest) = rest.split_first_chunk::<8>()?;
        let id = rest.first_chunk::<16>()?;
        (*magic == MAGIC).then(|| Self {
            id: SnapshotId::from_uuid(Uuid::from_bytes(*id)),
            tenant: TenantId::from_uuid(Uuid::from_bytes(*tenant)),
            taken_at: Timestamp::from_micros(i64::from_be_bytes(*taken_at)),
        })
    }
}
