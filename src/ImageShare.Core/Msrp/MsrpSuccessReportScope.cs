namespace ImageShare.Core.Msrp;

/// <summary>When success reports are sent (RFC 4975 §7.1.3).</summary>
public enum MsrpSuccessReportScope
{
    /// <summary>One, when the message is complete.</summary>
    WholeMessage,

    /// <summary>One for each chunk.</summary>
    EachChunk,
}
