namespace ImageShare.Core.Tests.Interop.Providers;

/// <summary>How a provider of kamailio is set up.</summary>
internal sealed record ProviderSettings
{
    /// <summary>P-CSCF and S-CSCF; otherwise registrar and proxy in one.</summary>
    public bool IsIms { get; init; }

    /// <summary>Whether it challenges with SHA-256; otherwise with MD5.</summary>
    public bool UsesSha256 { get; init; }

    /// <summary>Whether the single server sends to where a request came from, whatever its Contact says (nathelper).</summary>
    public bool HelpsNat { get; init; }

    /// <summary>Whether the P-CSCF supports RFC 5626; otherwise its Path has the source address.</summary>
    public bool UsesOutbound { get; init; } = true;

    public bool ListensForTls { get; init; }

    /// <summary>The least seconds it registers for (423 below), and the most.</summary>
    public (int Least, int Most) Expiry { get; init; } = (10, 3600);

    /// <summary>For how many seconds it takes a nonce.</summary>
    public int NonceExpiry { get; init; } = 300;

    /// <summary>Its address.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>What starts its servers on another machine, such as <c>ip netns exec NAME</c>; empty for this one.</summary>
    public string[] Under { get; init; } = [];

    public override string ToString() => $"{(IsIms ? "P-CSCF and S-CSCF" : "registrar")}{(UsesSha256 ? ", SHA-256" : string.Empty)}{(HelpsNat ? ", nathelper" : string.Empty)}{(UsesOutbound ? string.Empty : ", no outbound")}";
}
