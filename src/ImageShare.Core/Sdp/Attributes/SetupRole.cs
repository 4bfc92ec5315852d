namespace ImageShare.Core.Sdp.Attributes;

/// <summary>Which end opens the connection (a=setup, RFC 4145 §4, for MSRP RFC 6135).</summary>
public enum SetupRole
{
    /// <summary><c>active</c>: this end connects.</summary>
    Active,

    /// <summary><c>passive</c>: this end listens.</summary>
    Passive,

    /// <summary><c>actpass</c>: the other end chooses (offers only).</summary>
    ActPass,

    /// <summary><c>holdconn</c>: no connection for now.</summary>
    HoldConn,
}

/// <summary>The words for <see cref="SetupRole"/>.</summary>
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

    /// <summary>Reads an attribute value, case and white space around it ignored; null when it is no role.</summary>
    public static SetupRole? FromAttributeValue(string? value)
    {
        ReadOnlySpan<char> word = value.AsSpan().Trim();
        return word.Equals("active", StringComparison.OrdinalIgnoreCase) ? SetupRole.Active
            : word.Equals("passive", StringComparison.OrdinalIgnoreCase) ? SetupRole.Passive
            : word.Equals("actpass", StringComparison.OrdinalIgnoreCase) ? SetupRole.ActPass
            : word.Equals("holdconn", StringComparison.OrdinalIgnoreCase) ? SetupRole.HoldConn
            : null;
    }
}
