namespace ImageShare.Core.Sip.Headers;

/// <summary>What does not follow the grammar in an address that was read anyway.</summary>
[Flags]
internal enum NameAddressDoubts
{
    None = 0,

    /// <summary>The URI.</summary>
    Uri = 1,

    /// <summary>A parameter after it, which was skipped.</summary>
    Parameter = 2,
}
