using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.Registration;

/// <summary>What a REGISTER said that its answer is read with.</summary>
/// <param name="Contact">The contact as sent.</param>
/// <param name="Via">The top Via as sent.</param>
/// <param name="Expiry">How long the binding was asked for.</param>
/// <param name="IsFlowOnly">Whether this side can be reached on the connection only, because it does not listen.</param>
internal sealed record SentRegister(NameAddress Contact, Via Via, TimeSpan Expiry, bool IsFlowOnly = false)
{
    /// <summary>Whether the binding is for datagrams, which a NAT forgets soon.</summary>
    public bool IsDatagram { get; init; } = Via.Transport.Equals("UDP", StringComparison.OrdinalIgnoreCase);
}
