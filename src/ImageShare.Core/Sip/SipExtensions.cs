namespace ImageShare.Core.Sip;

/// <summary>The option tags this library acts upon.</summary>
internal static class SipExtensions
{
    /// <summary>Reliable provisional responses (RFC 3262).</summary>
    public const string Reliability = "100rel";

    /// <summary>Session timers (RFC 4028).</summary>
    public const string SessionTimer = "timer";
}
