using System.Net;
using ImageShare.Core;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Accounts;

/// <summary>Who the user of this program is, and at which provider: from the command line, a file of --account, or both. What neither says is null.</summary>
internal sealed record Account
{
    public SipUri? Identity { get; init; }

    /// <summary>Where to register; null does not register, except for <c>imageshare register</c>.</summary>
    public SipUri? Registrar { get; init; }

    public SipUri? Proxy { get; init; }

    public string? User { get; init; }

    public string? Realm { get; init; }

    public string? Password { get; init; }

    public string? Transport { get; init; }

    /// <summary>Seconds to ask for.</summary>
    public int? Expires { get; init; }

    public Guid? Instance { get; init; }

    /// <summary>Whether the first REGISTER names the private identity, as IMS networks expect.</summary>
    public bool IsIms { get; init; }

    public IPEndPoint? Bind { get; init; }

    public AdvertisedAddress? Advertise { get; init; }

    public FileInfo? TlsTrust { get; init; }

    public MsrpUri[] MsrpRelays { get; init; } = [];

    public string? MsrpRelayRealm { get; init; }

    public string? SecureMedia { get; init; }

    public ImageShareProfile? Profile { get; init; }

    /// <summary>How to register; without a registrar, at the domain of the identity.</summary>
    public SipRegistrationOptions ToRegistration() => new()
    {
        Registrar = Registrar,
        Expiry = TimeSpan.FromSeconds(Expires ?? 3600),
        InstanceId = Instance,
        SendPrivateIdentity = IsIms,
    };

    public override string ToString() => Identity?.ToString() ?? "an account";
}
