using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.Registration;

/// <summary>What a REGISTER said that its answer is read with.</summary>
/// <param name="Contact">The contact as sent.</param>
/// <param name="Via">The top Via as sent.</param>
/// <param name="Expiry">How long the binding was asked for.</param>
internal sealed record SentRegister(NameAddress Contact, Via Via, TimeSpan Expiry)
{
    /// <summary>Whether it was sent in datagrams, which a NAT forgets soon.</summary>
    public bool IsDatagram => Via.Transport.Equals("UDP", StringComparison.OrdinalIgnoreCase);
}
