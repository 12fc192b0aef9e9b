//! Numbers of the documents, spelled out here a second time on purpose: the vectors must not follow a slip in
//! `suit-core`'s registries.

/// Keys of the manifest; those of severable members are also keys of the envelope.
pub mod manifest {
    /// Encoding version.
    pub const VERSION: i64 = 1;
    /// Sequence number.
    pub const SEQUENCE_NUMBER: i64 = 2;
    /// Common.
    pub const COMMON: i64 = 3;
    /// Reference URI.
    pub const REFERENCE_URI: i64 = 4;
    /// Where a root manifest is stored.
    pub const COMPONENT_ID: i64 = 5;
    /// Version that is installed.
    pub const SET_VERSION: i64 = 6;
    /// Section.
    pub const VALIDATE: i64 = 7;
    /// Section.
    pub const LOAD: i64 = 8;
    /// Section.
    pub const INVOKE: i64 = 9;
    /// Concise software identity tag.
    pub const COSWID: i64 = 14;
    /// Section.
    pub const DEPENDENCY_RESOLUTION: i64 = 15;
    /// Section.
    pub const PAYLOAD_FETCH: i64 = 16;
    /// Section.
    pub const CANDIDATE_VERIFICATION: i64 = 18;
    /// Section.
    pub const INSTALL: i64 = 20;
    /// Text.
    pub const TEXT: i64 = 23;
    /// Section.
    pub const UNINSTALL: i64 = 24;
}

/// Keys of common.
pub mod common {
    /// Dependencies.
    pub const DEPENDENCIES: i64 = 1;
    /// Components.
    pub const COMPONENTS: i64 = 2;
    /// Shared sequence.
    pub const SHARED: i64 = 4;
}

/// Codes of commands.
pub mod command {
    /// Condition.
    pub const VENDOR: i64 = 1;
    /// Condition.
    pub const CLASS: i64 = 2;
    /// Condition.
    pub const IMAGE_MATCH: i64 = 3;
    /// Condition.
    pub const USE_BEFORE: i64 = 4;
    /// Condition.
    pub const SLOT: i64 = 5;
    /// Condition.
    pub const CHECK_CONTENT: i64 = 6;
    /// Condition.
    pub const DEPENDENCY_INTEGRITY: i64 = 7;
    /// Condition.
    pub const IS_DEPENDENCY: i64 = 8;
    /// Directive.
    pub const PROCESS_DEPENDENCY: i64 = 11;
    /// Directive.
    pub const SET_INDEX: i64 = 12;
    /// Condition.
    pub const ABORT: i64 = 14;
    /// Directive.
    pub const TRY_EACH: i64 = 15;
    /// Directive.
    pub const WRITE: i64 = 18;
    /// Directive.
    pub const SET_PARAMETERS: i64 = 19;
    /// Directive.
    pub const OVERRIDE: i64 = 20;
    /// Directive.
    pub const FETCH: i64 = 21;
    /// Directive.
    pub const COPY: i64 = 22;
    /// Directive.
    pub const INVOKE: i64 = 23;
    /// Condition.
    pub const DEVICE: i64 = 24;
    /// Condition.
    pub const IMAGE_NOT_MATCH: i64 = 25;
    /// Condition.
    pub const MINIMUM_BATTERY: i64 = 26;
    /// Condition.
    pub const UPDATE_AUTHORIZED: i64 = 27;
    /// Condition.
    pub const VERSION: i64 = 28;
    /// Directive.
    pub const WAIT: i64 = 29;
    /// Directive.
    pub const SWAP: i64 = 31;
    /// Directive.
    pub const RUN_SEQUENCE: i64 = 32;
    /// Directive.
    pub const UNLINK: i64 = 33;
    /// Directive.
    pub const OVERRIDE_MULTIPLE: i64 = 34;
    /// Directive.
    pub const COPY_PARAMS: i64 = 35;
    /// Directive; custom, of this toolkit.
    pub const INSTALL_DELTA: i64 = -25717;
}

/// Labels of parameters.
pub mod parameter {
    /// UUID or tag 112.
    pub const VENDOR: i64 = 1;
    /// UUID.
    pub const CLASS: i64 = 2;
    /// Wrapped digest.
    pub const DIGEST: i64 = 3;
    /// Seconds.
    pub const USE_BEFORE: i64 = 4;
    /// Unsigned.
    pub const SLOT: i64 = 5;
    /// Boolean.
    pub const STRICT_ORDER: i64 = 12;
    /// Boolean.
    pub const SOFT_FAILURE: i64 = 13;
    /// Bytes.
    pub const SIZE: i64 = 14;
    /// Byte string.
    pub const CONTENT: i64 = 18;
    /// Wrapped COSE_Encrypt.
    pub const ENCRYPTION_INFO: i64 = 19;
    /// Text.
    pub const URI: i64 = 21;
    /// Component index.
    pub const SOURCE: i64 = 22;
    /// Component index; custom, of this toolkit.
    pub const DELTA_BASE: i64 = -25699;
    /// Byte string.
    pub const INVOKE_ARGS: i64 = 23;
    /// UUID.
    pub const DEVICE: i64 = 24;
    /// Byte string.
    pub const FETCH_ARGS: i64 = 25;
    /// mWh.
    pub const MINIMUM_BATTERY: i64 = 26;
    /// Signed.
    pub const UPDATE_PRIORITY: i64 = 27;
    /// Wrapped comparison.
    pub const VERSION: i64 = 28;
    /// Wrapped events.
    pub const WAIT_INFO: i64 = 29;
    /// Wrapped metadata.
    pub const METADATA: i64 = 30;
}

/// Keys of reports.
pub mod report {
    /// Nonce.
    pub const NONCE: i64 = 2;
    /// Records and system properties.
    pub const RECORDS: i64 = 3;
    /// Result.
    pub const RESULT: i64 = 4;
    /// Code of a failure.
    pub const CODE: i64 = 5;
    /// Place of a failure.
    pub const RECORD: i64 = 6;
    /// Reason of a failure.
    pub const REASON: i64 = 7;
    /// Capability report.
    pub const CAPABILITIES: i64 = 8;
    /// URI and digest of the manifest.
    pub const REFERENCE: i64 = 99;
}
