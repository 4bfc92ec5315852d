namespace ImageShare.Core.Sip.Headers;

/// <summary>What does not fit the grammar in an address that was read all the same.</summary>
[Flags]
internal enum NameAddressDoubts
{
    None = 0,

    /// <summary>The URI.</summary>
    Uri = 1,

    /// <summary>A parameter behind it, which was passed over.</summary>
    Parameter = 2,
}
