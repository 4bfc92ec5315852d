namespace ImageShare.Core.Sip;

/// <summary>The option tags this library acts upon.</summary>
internal static class SipExtensions
{
    /// <summary>Reliable provisional responses (RFC 3262).</summary>
    public const string Reliability = "100rel";

    /// <summary>Session timers (RFC 4028).</summary>
    public const string SessionTimer = "timer";

    /// <summary>Proxies between client and registrar that requests to the client pass through (RFC 3327).</summary>
    public const string Path = "path";

    /// <summary>Requests on the connection that the client has opened (RFC 5626).</summary>
    public const string Outbound = "outbound";
}
