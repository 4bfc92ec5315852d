using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>A change of what is known of a peer, see <see cref="PeerCapabilities.Changed"/>.</summary>
public sealed class PeerCapabilitiesChangedEventArgs : EventArgs
{
    internal PeerCapabilitiesChangedEventArgs(SipUri peer, ImageShareCapabilities capabilities)
    {
        Peer = peer;
        Capabilities = capabilities;
    }

    /// <summary>The peer.</summary>
    public SipUri Peer { get; }

    /// <summary>Its capabilities as they are known now.</summary>
    public ImageShareCapabilities Capabilities { get; }
}
