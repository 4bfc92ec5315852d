namespace ImageShare.Cli.Pictures;

/// <summary>How a terminal is shown a picture.</summary>
internal enum PictureForm
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Coloured half blocks, two pixels in a cell.</summary>
    Blocks,

    /// <summary>Sixel, the graphics of the VT340 and of many terminals after it.</summary>
    Sixel,

    /// <summary>The graphics protocol of kitty.</summary>
    Kitty,
}
