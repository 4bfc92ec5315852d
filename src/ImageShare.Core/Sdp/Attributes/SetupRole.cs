namespace ImageShare.Core.Sdp.Attributes;

/// <summary>Which endpoint opens the connection (a=setup, RFC 4145 §4; for MSRP RFC 6135).</summary>
public enum SetupRole
{
    /// <summary><c>active</c>: this endpoint connects.</summary>
    Active,

    /// <summary><c>passive</c>: this endpoint listens.</summary>
    Passive,

    /// <summary><c>actpass</c>: the answerer chooses (offers only).</summary>
    ActPass,

    /// <summary><c>holdconn</c>: no connection for now.</summary>
    HoldConn,
}

/// <summary>Attribute values of <see cref="SetupRole"/>.</summary>
public static class SetupRoles
{
    /// <summary>The attribute value of the role.</summary>
    public static string ToAttributeValue(this SetupRole role) => role switch
    {
        SetupRole.Active => "active",
        SetupRole.Passive => "passive",
        SetupRole.ActPass => "actpass",
        SetupRole.HoldConn => "holdconn",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>Parses an attribute value, ignoring case and surrounding white space; null if it is not a role.</summary>
    internal static SetupRole? FromAttributeValue(string? value)
    {
        ReadOnlySpan<char> word = value.AsSpan().Trim();
        return word.Equals("active", StringComparison.OrdinalIgnoreCase) ? SetupRole.Active
            : word.Equals("passive", StringComparison.OrdinalIgnoreCase) ? SetupRole.Passive
            : word.Equals("actpass", StringComparison.OrdinalIgnoreCase) ? SetupRole.ActPass
            : word.Equals("holdconn", StringComparison.OrdinalIgnoreCase) ? SetupRole.HoldConn
            : null;
    }
}
