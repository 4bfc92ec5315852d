namespace ImageShare.Core.Sip.Transport;

/// <summary>How others reach this side: what goes into Via and Contact.</summary>
/// <param name="Host">An address (IPv6 without brackets) or a name; never the unspecified address.</param>
/// <param name="Port">The port.</param>
public sealed record SipSentBy(string Host, int Port);
