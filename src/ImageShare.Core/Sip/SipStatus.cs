namespace ImageShare.Core.Sip;

/// <summary>Status codes that more than one layer gives a meaning of its own.</summary>
internal static class SipStatus
{
    /// <summary>The user does not want it (RFC 3261 §21.6.2, IR.79 §3.4).</summary>
    public const int Decline = 603;
}
