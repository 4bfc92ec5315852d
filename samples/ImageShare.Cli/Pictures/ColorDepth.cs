namespace ImageShare.Cli.Pictures;

/// <summary>How many colours standard output can show.</summary>
internal enum ColorDepth
{
    /// <summary>Too few for a picture, or it is not a terminal, or its user does not want any.</summary>
    None,

    /// <summary>The 256 colours of xterm.</summary>
    Palette,

    /// <summary>Any colour.</summary>
    True,
}
