//! Numbers of reports.

registry! {
    /// Keys of `SUIT_Report` (draft-ietf-suit-report §4).
    ReportKey {
        /// Bytes of whoever asked for the report.
        Nonce = 2 "nonce",
        /// Records and system properties, in the order of the run.
        Records = 3 "records",
        /// How the run ended.
        Result = 4 "result",
        /// What the processor can do.
        CapabilityReport = 8 "capability-report",
        /// Which manifest was run: its URI and its digest.
        Reference = 99 "reference",
    }
}

registry! {
    /// Keys of the result of a run that failed (draft-ietf-suit-report §4.2).
    ReportFailureKey {
        /// A number that only the processor's maker knows the meaning of.
        Code = 5 "code",
        /// Where the run ended.
        Record = 6 "record",
        /// Why, as one of [`ReportReason`].
        Reason = 7 "reason",
    }
}

registry! {
    /// Why a run failed (draft-ietf-suit-report §4.2).
    ReportReason {
        /// It did not.
        Ok = 0 "ok",
        /// A document can't be decoded, or breaks a rule of its structure.
        CborParse = 1 "cbor-parse",
        /// A COSE structure or header that is not supported.
        CoseUnsupported = 2 "cose-unsupported",
        /// A COSE algorithm that is not supported.
        AlgorithmUnsupported = 3 "alg-unsupported",
        /// No signature or MAC by a trusted key holds.
        Unauthorised = 4 "unauthorised",
        /// A command that is not supported.
        CommandUnsupported = 5 "command-unsupported",
        /// A component that does not exist.
        ComponentUnsupported = 6 "component-unsupported",
        /// A component that the signer has no right to.
        ComponentUnauthorised = 7 "component-unauthorised",
        /// A parameter that is not supported.
        ParameterUnsupported = 8 "parameter-unsupported",
        /// Severed members are not supported.
        SeveringUnsupported = 9 "severing-unsupported",
        /// A condition failed where nothing caught that.
        ConditionFailed = 10 "condition-failed",
        /// A directive failed.
        OperationFailed = 11 "operation-failed",
        /// The report was made before an invocation whose outcome is open.
        InvokePending = 12 "invoke-pending",
    }
}

registry! {
    /// Keys of `SUIT_Capability_Report` (draft-ietf-suit-report §6).
    CapabilityKey {
        /// Component identifiers, or beginnings of them.
        Components = 1 "components",
        /// Command codes.
        Commands = 2 "commands",
        /// Parameter labels.
        Parameters = 3 "parameters",
        /// COSE algorithms.
        Algorithms = 4 "algorithms",
        /// Keys of the envelope.
        Envelope = 5 "envelope",
        /// Keys of the manifest.
        Manifest = 6 "manifest",
        /// Keys of `SUIT_Common`.
        Common = 7 "common",
        /// Keys of the text for people.
        Text = 8 "text",
        /// Keys of the text about a component.
        ComponentText = 9 "component-text",
        /// Keys of a dependency's metadata.
        Dependency = 10 "dependency",
    }
}

/// Key of the component identifier in system properties, where all other keys are [`ParameterKey`](super::ParameterKey)s
/// (draft-ietf-suit-report §4).
pub const SYSTEM_COMPONENT_ID: i64 = 0;
